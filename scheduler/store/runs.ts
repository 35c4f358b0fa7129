import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { PastRun } from '../core/past.ts';
import type { MapLengths, PlannedInstance, RunPlan, TaskDecision } from '../core/run-plan.ts';
import type { RecordedDecision } from '../core/skip-decision.ts';
import type { LimitsInUse } from '../core/slots.ts';
import { factsOf } from '../core/states.ts';
import { decides } from '../core/task-kind.ts';
import type { LoadedDag } from '../core/validate-dag.ts';
import { completeBackfill } from './backfills.ts';
import { expandTasks, readInstances } from './instances.ts';
import { readLimits } from './limits.ts';
import type { PoolShare } from './limits.ts';
import { readMapLengths } from './map-lengths.ts';
import { schedulerSchema } from './migrations.ts';
import { readPast } from './past.ts';
import { readLiveOwners } from './presence.ts';
import { toDagRun } from './rows.ts';
import type { DagRun, DagRunRow, RunKey } from './rows.ts';
import { markCarriedOut, readSkipDecisions } from './skips.ts';

/** Who plans and how long the leases of the attempts it starts last. */
export interface Planner {
  readonly owner: number;
  readonly leaseMs: number;
}

/** What a plan is made from, beside the definition. */
export interface RunFacts {
  readonly run: DagRun;
  readonly instances: readonly PlannedInstance[];
  readonly liveOwners: ReadonlySet<number>;
  readonly past: PastRun;
  readonly skips: readonly RecordedDecision[];
  readonly limits: LimitsInUse;
  readonly mapLengths: MapLengths;
}

/** A decision that took effect; `token` is set when it queued an attempt, which the planner now owns. */
export interface AppliedDecision extends TaskDecision {
  readonly token: string | undefined;
}

/** What came of planning one run. */
export interface PlannedRun {
  readonly run: DagRun;
  readonly applied: readonly AppliedDecision[];
  /** Mapped tasks that got more instances, which the next plan looks at. */
  readonly expanded: readonly string[];
  /** The run failed once too often in a row, and its DAG was paused. */
  readonly pausedDag: boolean;
  /** Tokens of attempts that were cleared while they run: whoever runs them is to stop them. */
  readonly cleared: readonly string[];
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
 * Plans one run under the lock of its row, which another scheduler that holds it makes us skip, and applies the plan.
 * Task reports do not take that lock, so every change compares state and token; if one lost that race, the run's
 * result is left to the next plan.
 */
export async function planAndApply(
  db: Knex,
  input: {
    readonly key: RunKey;
    readonly dag: LoadedDag;
    readonly now: Date;
    readonly planner: Planner;
    readonly shareOf: PoolShare;
    readonly plan: (facts: RunFacts) => RunPlan;
  },
): Promise<PlannedRun | undefined> {
  const { key, dag, now, planner } = input;
  return await db.transaction(async (trx) => {
    const row = await trx
      .withSchema(schedulerSchema)
      .from('dag_run')
      .where({ dag_id: key.dagId, run_id: key.runId, state: 'running' })
      .forNoKeyUpdate()
      .skipLocked()
      .first<DagRunRow | undefined>('*');
    if (row === undefined) return undefined;
    const run = toDagRun(row);
    const instances = await readInstances(trx, key, dag);
    const cleared = instances.flatMap(({ state, attempt }) => {
      return state === 'restarting' && attempt !== null ? [attempt.token] : [];
    });
    const facts = await readFacts(trx, { ...input, run, instances, self: planner.owner, lock: true });
    const { decisions, expansions, result } = input.plan(facts);
    const applied = await applyDecisions(trx, { key, decisions, now, planner });
    if (applied.length === decisions.length) await markCarriedOut(trx, key, facts.skips);
    await expandTasks(trx, key, { dag, expansions });
    const expanded = expansions.map((each) => each.taskId);
    if (result === undefined || applied.length < decisions.length) {
      return { run, applied, cleared, expanded, pausedDag: false };
    }
    const ended = { state: result.state, reason: result.reason, end_date: now };
    await trx
      .withSchema(schedulerSchema)
      .from('dag_run')
      .where({ dag_id: key.dagId, run_id: key.runId })
      .update(ended);
    if (run.backfillId !== null) await completeBackfill(trx, run.backfillId, now);
    const limit = dag.definition.maxConsecutiveFailedRuns;
    const pausedDag = result.state === 'failed' && limit > 0 && (await pauseAfter(trx, key.dagId, limit));
    const endedRun = { ...run, state: result.state, reason: result.reason, endDate: now };
    return { applied, cleared, expanded, pausedDag, run: endedRun };
  });
}

/** What the planner sees of a run, for planning it and for saying why a task waits. */
export async function readFacts(
  db: Knex,
  input: {
    readonly run: DagRun;
    readonly instances: readonly PlannedInstance[];
    readonly dag: LoadedDag;
    readonly shareOf: PoolShare;
    readonly self: number;
    /** For handing out slots, not only for looking. */
    readonly lock: boolean;
  },
): Promise<RunFacts> {
  const { run, instances, dag } = input;
  return {
    run,
    instances,
    past: await readPast(db, run, dag),
    skips: dag.definition.tasks.some(decides) ? await readSkipDecisions(db, run) : [],
    limits: await readLimits(db, dag, input),
    mapLengths: await readMapLengths(db, run, dag),
    liveOwners: await readOwnersOf(db, instances, input.self),
  };
}

/** Pauses a DAG whose last `limit` finished runs all failed. */
async function pauseAfter(trx: Knex, dagId: string, limit: number): Promise<boolean> {
  const last: { state: string }[] = await trx
    .withSchema(schedulerSchema)
    .from('dag_run')
    .where('dag_id', dagId)
    .whereIn('state', ['success', 'failed'])
    .orderBy('run_after', 'desc')
    .limit(limit)
    .select('state');
  if (last.length < limit || last.some((run) => run.state !== 'failed')) return false;
  await trx.withSchema(schedulerSchema).from('dag').where('dag_id', dagId).update({ is_paused: true });
  return true;
}

/**
 * Which owners of these attempts are alive. Read after the attempts: an owner takes its lock before its first attempt,
 * so whoever is missing here is dead. (Read before, a scheduler that joined in between would be taken for dead.)
 */
async function readOwnersOf(
  trx: Knex,
  instances: readonly PlannedInstance[],
  self: number,
): Promise<ReadonlySet<number>> {
  const others = instances.some(({ attempt }) => attempt !== null && attempt.owner !== self);
  return new Set([self, ...(others ? await readLiveOwners(trx) : [])]);
}

/** All decisions of a run in one statement: a run of a thousand tasks costs as many round trips as a run of one. */
const applySql = `
  update scheduler.task_instance ti
     set state = d.to_state, try_number = d.try_number, start_date = case when d.to_state = 'success' then d.at else ti.start_date end, next_attempt_at = d.next_attempt_at, reason = d.reason,
         token = d.token, end_date = case when d.ends then d.at end
    from jsonb_to_recordset(:decisions::jsonb) as d (task_id text, map_index int, from_state text, from_token uuid, to_state text,
         try_number int, next_attempt_at timestamptz, reason text, token uuid, ends boolean, at timestamptz)
   where ti.dag_id = :dagId and ti.run_id = :runId and ti.task_id = d.task_id and ti.map_index = d.map_index
     and ti.state is not distinct from d.from_state and ti.token is not distinct from d.from_token
  returning ti.task_id, ti.map_index`;

async function applyDecisions(
  trx: Knex,
  input: {
    readonly key: RunKey;
    readonly decisions: readonly TaskDecision[];
    readonly now: Date;
    readonly planner: Planner;
  },
): Promise<readonly AppliedDecision[]> {
  const { key, now } = input;
  if (input.decisions.length === 0) return [];
  const decisions = input.decisions.map((decision) => ({
    ...decision,
    token: decision.to === 'queued' ? randomUUID() : undefined,
  }));
  const rows = decisions.map((d) => ({
    task_id: d.taskId,
    map_index: d.mapIndex,
    from_state: d.from,
    from_token: d.fromToken,
    to_state: d.to,
    try_number: d.tryNumber,
    next_attempt_at: d.nextAttemptAt,
    reason: d.reason,
    token: d.token,
    ends: factsOf(d.to).finished,
    at: now,
  }));
  const result: { rows: { task_id: string; map_index: number }[] } = await trx.raw(applySql, {
    ...key,
    decisions: JSON.stringify(rows),
  });
  const changed = new Set(result.rows.map((row) => `${row.task_id}[${row.map_index}]`));
  const applied = decisions.filter(({ taskId, mapIndex }) => changed.has(`${taskId}[${mapIndex}]`));
  await endLostAttempts(trx, applied, now);
  await insertAttempts(trx, { ...input, applied });
  return applied;
}

async function endLostAttempts(trx: Knex, applied: readonly AppliedDecision[], now: Date): Promise<void> {
  for (const { fromToken, reason } of applied) {
    if (fromToken === null) continue;
    const error = {
      code: 'TASK_INTERRUPTED',
      message: reason,
      remedy: 'It is repeated while tries are left.',
    };
    const ended = { ended_at: now, outcome: 'interrupted', error: JSON.stringify(error) };
    await trx.withSchema(schedulerSchema).from('task_attempt').where('token', fromToken).update(ended);
  }
}

async function insertAttempts(
  trx: Knex,
  input: {
    readonly key: RunKey;
    readonly applied: readonly AppliedDecision[];
    readonly now: Date;
    readonly planner: Planner;
  },
): Promise<void> {
  const { key, applied, now, planner } = input;
  const queued = applied.filter((decision) => decision.token !== undefined);
  if (queued.length === 0) return;
  await trx
    .withSchema(schedulerSchema)
    .into('task_attempt')
    .insert(
      queued.map(({ taskId, mapIndex, tryNumber, token }) => ({
        token,
        dag_id: key.dagId,
        run_id: key.runId,
        task_id: taskId,
        map_index: mapIndex,
        try_number: tryNumber,
        owner: planner.owner,
        queued_at: now,
        heartbeat_at: now,
        lease_until: new Date(now.getTime() + planner.leaseMs),
      })),
    );
}
