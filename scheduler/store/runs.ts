import type { Knex } from 'knex';
import type { AnyDag } from '../authoring/definition.ts';
import { createSlotLedger } from '../core/slot-ledger.ts';
import type { PoolShare } from '../core/slot-ledger.ts';
import type { PlannedInstance, RunPlan } from '../core/run-plan.ts';
import { isRunFinished } from '../core/states.ts';
import type { LoadedDag } from '../core/validate-dag.ts';
import { completeBackfill } from './backfills.ts';
import { queueCallbacks } from './dag-callbacks.ts';
import type { DueCallback } from './dag-callbacks.ts';
import { applyDecisions } from './decisions.ts';
import type { AppliedDecision, Planner } from './decisions.ts';
import { expandTasks, readInstances } from './instances.ts';
import { readLimits } from './limits.ts';
import { schedulerSchema } from './migrations.ts';
import { toDagRun } from './rows.ts';
import type { DagRun, DagRunRow, RunKey } from './rows.ts';
import { readOwnersOf, readRareFacts } from './run-facts.ts';
import type { RunFacts } from './run-facts.ts';
import { markCarriedOut } from './skips.ts';

/** What came of planning one run. */
export interface PlannedRun {
  readonly run: DagRun;
  readonly plan: RunPlan;
  readonly applied: readonly AppliedDecision[];
  /** Mapped tasks that got more instances, which the next plan looks at. */
  readonly expanded: readonly string[];
  /** The run failed once too often in a row, and its DAG was paused. */
  readonly pausedDag: boolean;
  /** Tokens of attempts that were cleared while they run: whoever runs them is to stop them. */
  readonly cleared: readonly string[];
}

/** What is planned at one go. */
export interface PlanRunsInput {
  readonly keys: readonly RunKey[];
  readonly dagOf: (dagId: string) => LoadedDag | undefined;
  readonly now: Date;
  readonly planner: Planner;
  readonly freeSlots: number;
  readonly shareOf: PoolShare;
  readonly plan: (
    dag: LoadedDag,
    facts: RunFacts & { readonly freeSlots: number; readonly paused: boolean },
  ) => RunPlan;
}

/** Running runs of the given DAGs, oldest first: the oldest gets the slots. What fills in the past waits behind them. */
export async function listRunningRuns(db: Knex, dagIds: readonly string[]): Promise<readonly RunKey[]> {
  return await db
    .withSchema(schedulerSchema)
    .from('dag_run')
    .where('state', 'running')
    .whereIn('dag_id', [...dagIds])
    .orderByRaw('backfill_id is not null, run_after, dag_id')
    .select<RunKey[]>('dag_id as dagId', 'run_id as runId');
}

/**
 * Plans runs under the locks of their rows, oldest first, and applies the plans; a run that another scheduler has
 * locked is left out. Task reports do not take that lock, so every change compares state and token; if one lost that
 * race, the run's result is left to the next plan.
 */
export async function planAndApply(db: Knex, input: PlanRunsInput): Promise<readonly PlannedRun[]> {
  const { now, planner } = input;
  return await db.transaction(async (trx) => {
    const locked = await lockRuns(trx, input);
    if (locked.length === 0) return [];
    const planned = await planLocked(trx, locked, input);
    const applied = await applyDecisions(trx, {
      runs: planned.map(({ run, plan }) => ({ key: run, decisions: plan.decisions })),
      now,
      planner,
    });
    const results: PlannedRun[] = [];
    for (const [index, each] of planned.entries()) {
      results.push(await finishPlan(trx, each, applied[index] ?? [], now));
    }
    const pausedDags = await endRuns(trx, planned, results, now);
    return results.map((each) => ({ ...each, pausedDag: pausedDags.has(each.run) }));
  });
}

interface LockedRun {
  readonly run: DagRun;
  readonly dag: LoadedDag;
  readonly paused: boolean;
}

async function lockRuns(trx: Knex, { keys, dagOf }: PlanRunsInput): Promise<readonly LockedRun[]> {
  const result: { rows: (DagRunRow & { readonly is_paused: boolean })[] } = await trx.raw(
    `select run.*, dag.is_paused
       from unnest(?::text[], ?::text[]) as k (dag_id, run_id)
       join scheduler.dag_run run using (dag_id, run_id)
       join scheduler.dag dag using (dag_id)
      where run.state = 'running'
      order by run.backfill_id is not null, run.run_after, run.dag_id
        for no key update of run skip locked`,
    [keys.map(({ dagId }) => dagId), keys.map(({ runId }) => runId)],
  );
  return result.rows.flatMap((row): readonly LockedRun[] => {
    const dag = dagOf(row.dag_id);
    return dag === undefined ? [] : [{ run: toDagRun(row), dag, paused: row.is_paused }];
  });
}

interface RunWithPlan extends LockedRun {
  readonly instances: readonly PlannedInstance[];
  readonly facts: RunFacts;
  readonly plan: RunPlan;
}

/** One after the other: what the plan of one run starts is no longer there for the next. */
async function planLocked(
  trx: Knex,
  locked: readonly LockedRun[],
  input: PlanRunsInput,
): Promise<readonly RunWithPlan[]> {
  const instancesOf = await readInstances(
    trx,
    locked.map(({ run, dag }) => ({ key: run, dag })),
  );
  const limits = await readLimits(
    trx,
    locked.map(({ dag }) => dag),
    { lock: true },
  );
  const liveOwners = await readOwnersOf(trx, instancesOf.flat(), input.planner.owner);
  const ledger = createSlotLedger({ ...limits, freeSlots: input.freeSlots, shareOf: input.shareOf });
  const planned: RunWithPlan[] = [];
  for (const [index, each] of locked.entries()) {
    const { run, dag, paused } = each;
    const instances = instancesOf[index] ?? [];
    const rare = await readRareFacts(trx, run, dag);
    const facts = { run, instances, ...rare, limits: ledger.limitsOf(run.dagId), liveOwners };
    const plan = input.plan(dag, { ...facts, paused, freeSlots: ledger.freeSlots() });
    ledger.take(run.dagId, plan.decisions);
    planned.push({ ...each, instances, facts, plan });
  }
  return planned;
}

async function finishPlan(
  trx: Knex,
  { run, dag, instances, facts, plan }: RunWithPlan,
  applied: readonly AppliedDecision[],
  now: Date,
): Promise<PlannedRun> {
  const { decisions, expansions, result } = plan;
  const isWhole = applied.length === decisions.length;
  if (isWhole) await markCarriedOut(trx, run, facts.skips);
  await expandTasks(trx, run, { dag, expansions });
  const cleared = instances.flatMap(({ state, attempt }) => {
    return state === 'restarting' && attempt !== null ? [attempt.token] : [];
  });
  const expanded = expansions.map((each) => each.taskId);
  const ended =
    result === undefined || !isWhole
      ? run
      : { ...run, state: result.state, reason: result.reason, endDate: now };
  return { run: ended, plan, applied, cleared, expanded, pausedDag: false };
}

/** Records the ends of runs; resolves to those that paused their DAG. */
async function endRuns(
  trx: Knex,
  planned: readonly RunWithPlan[],
  results: readonly PlannedRun[],
  now: Date,
): Promise<ReadonlySet<DagRun>> {
  const ended = results.map(({ run }) => run).filter(({ state }) => isRunFinished(state));
  if (ended.length === 0) return new Set();
  const rows = ended.map(({ dagId, runId, state, reason }) => ({
    dag_id: dagId,
    run_id: runId,
    state,
    reason,
  }));
  await trx.raw(
    `update scheduler.dag_run run set state = e.state, reason = e.reason, end_date = :now,
            deadline_outcome = case when run.deadline_outcome is null and e.state = 'success' and run.deadline_at >= :now
              then 'met' else run.deadline_outcome end
       from (
         select * from jsonb_to_recordset(:ended::jsonb) as e (dag_id text, run_id text, state text, reason text)
         limit ${rows.length}
       ) as e
      where run.dag_id = e.dag_id and run.run_id = e.run_id`,
    { ended: JSON.stringify(rows), now },
  );
  await queueCallbacks(
    trx,
    results.flatMap(({ run }, index) => callbackOf(run, planned[index]?.dag.definition)),
  );
  const limits = new Map(
    planned.map(({ dag: { definition } }) => [definition.dagId, definition.maxConsecutiveFailedRuns]),
  );
  const pausing = new Set<DagRun>();
  for (const run of ended) {
    if (run.backfillId !== null) await completeBackfill(trx, run.backfillId, now);
    // What fails in the past says nothing of the present, and a backfill has limits of its own.
    const limit = run.backfillId === null ? (limits.get(run.dagId) ?? 0) : 0;
    if (run.state === 'failed' && limit > 0 && (await pauseAfter(trx, run.dagId, limit))) pausing.add(run);
  }
  return pausing;
}

/** The callback that the end of a run makes due, where its DAG has one. */
function callbackOf(run: DagRun, dag: AnyDag | undefined): readonly DueCallback[] {
  if (!isRunFinished(run.state) || dag === undefined) return [];
  const kind = run.state === 'success' ? 'success' : 'failure';
  return (kind === 'success' ? dag.onSuccess : dag.onFailure).length === 0 ? [] : [{ kind, run }];
}

/** Pauses a DAG whose last `limit` finished runs all failed, those of backfills apart. */
async function pauseAfter(trx: Knex, dagId: string, limit: number): Promise<boolean> {
  const last: { state: string }[] = await trx
    .withSchema(schedulerSchema)
    .from('dag_run')
    .where('dag_id', dagId)
    .whereNot('run_type', 'backfill')
    .whereIn('state', ['success', 'failed'])
    .orderBy('run_after', 'desc')
    .limit(limit)
    .select('state');
  if (last.length < limit || last.some((run) => run.state !== 'failed')) return false;
  await trx.withSchema(schedulerSchema).from('dag').where('dag_id', dagId).update({ is_paused: true });
  return true;
}
