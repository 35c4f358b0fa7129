import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { PlannedInstance, RunPlan, TaskDecision } from '../core/plan-run.ts';
import type { TaskInstanceState } from '../core/states.ts';
import type { LoadedDag } from '../core/validate-dag.ts';
import { schedulerSchema } from './migrations.ts';
import { readLiveOwners } from './presence.ts';
import { toDagRun } from './rows.ts';
import type { DagRun, DagRunRow, RunKey } from './rows.ts';

/** Who plans and how long the leases of the attempts it starts last. */
export interface Planner {
  readonly owner: number;
  readonly leaseMs: number;
}

/** A decision that took effect; `token` is set when it queued an attempt, which the planner now owns. */
export interface AppliedDecision extends TaskDecision {
  readonly token: string | undefined;
}

/** What came of planning one run. */
export interface PlannedRun {
  readonly run: DagRun;
  readonly applied: readonly AppliedDecision[];
  /** Tokens of attempts that were cleared while they run: whoever runs them is to stop them. */
  readonly cleared: readonly string[];
}

interface PlannedRow {
  readonly task_id: string;
  readonly state: TaskInstanceState | null;
  readonly try_number: number;
  readonly max_tries: number;
  readonly next_attempt_at: Date | null;
  readonly token: string | null;
  readonly owner: number | null;
  readonly lease_until: Date | null;
}

/** Running runs of the given DAGs, oldest first: the oldest gets the slots. */
export async function listRunningRuns(db: Knex, dagIds: readonly string[]): Promise<readonly RunKey[]> {
  return await db
    .withSchema(schedulerSchema)
    .from('dag_run')
    .where('state', 'running')
    .whereIn('dag_id', [...dagIds])
    .orderBy(['run_after', 'dag_id'])
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
    readonly plan: (
      run: DagRun,
      instances: readonly PlannedInstance[],
      liveOwners: ReadonlySet<number>,
    ) => RunPlan;
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
    const liveOwners = await readOwnersOf(trx, instances, planner.owner);
    const { decisions, result } = input.plan(run, instances, liveOwners);
    const applied = await applyDecisions(trx, { key, decisions, now, planner });
    if (result === undefined || applied.length < decisions.length) return { run, applied, cleared };
    const ended = { state: result.state, reason: result.reason, end_date: now };
    await trx
      .withSchema(schedulerSchema)
      .from('dag_run')
      .where({ dag_id: key.dagId, run_id: key.runId })
      .update(ended);
    return { applied, cleared, run: { ...run, state: result.state, reason: result.reason, endDate: now } };
  });
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

async function readInstances(trx: Knex, key: RunKey, dag: LoadedDag): Promise<readonly PlannedInstance[]> {
  const read = async (): Promise<PlannedRow[]> =>
    await trx
      .withSchema(schedulerSchema)
      .from('task_instance as ti')
      .leftJoin('task_attempt as attempt', 'attempt.token', 'ti.token')
      .where({ 'ti.dag_id': key.dagId, 'ti.run_id': key.runId })
      .select<PlannedRow[]>('ti.*', 'attempt.owner', 'attempt.lease_until');
  const rows = await read();
  const known = new Set(rows.map((row) => row.task_id));
  const missing = dag.definition.tasks.filter((task) => !known.has(task.taskId));
  if (missing.length === 0) return rows.map(toPlanned);
  // A new run, or a task added to the DAG since the run began.
  await trx
    .withSchema(schedulerSchema)
    .into('task_instance')
    .insert(
      missing.map(({ taskId, retryPolicy }) => ({
        dag_id: key.dagId,
        run_id: key.runId,
        task_id: taskId,
        max_tries: retryPolicy.retries,
      })),
    );
  return (await read()).map(toPlanned);
}

function toPlanned(row: PlannedRow): PlannedInstance {
  const { token, owner, lease_until: leaseUntil } = row;
  const attempt =
    token === null || owner === null || leaseUntil === null ? null : { token, owner, leaseUntil };
  return {
    taskId: row.task_id,
    state: row.state,
    tryNumber: row.try_number,
    maxTries: row.max_tries,
    nextAttemptAt: row.next_attempt_at,
    attempt,
  };
}

/** All decisions of a run in one statement: a run of a thousand tasks costs as many round trips as a run of one. */
const applySql = `
  update scheduler.task_instance ti
     set state = d.to_state, try_number = d.try_number, next_attempt_at = d.next_attempt_at, reason = d.reason,
         token = d.token, end_date = case when d.ends then d.at end
    from jsonb_to_recordset(:decisions::jsonb) as d (task_id text, from_state text, from_token uuid, to_state text,
         try_number int, next_attempt_at timestamptz, reason text, token uuid, ends boolean, at timestamptz)
   where ti.dag_id = :dagId and ti.run_id = :runId and ti.task_id = d.task_id and ti.map_index = -1
     and ti.state is not distinct from d.from_state and ti.token is not distinct from d.from_token
  returning ti.task_id`;

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
    from_state: d.from,
    from_token: d.fromToken,
    to_state: d.to,
    try_number: d.tryNumber,
    next_attempt_at: d.nextAttemptAt,
    reason: d.reason,
    token: d.token,
    ends: ['failed', 'upstream_failed', 'skipped', 'removed'].includes(d.to ?? ''),
    at: now,
  }));
  const result: { rows: { task_id: string }[] } = await trx.raw(applySql, {
    ...key,
    decisions: JSON.stringify(rows),
  });
  const changed = new Set(result.rows.map((row) => row.task_id));
  const applied = decisions.filter((decision) => changed.has(decision.taskId));
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
      queued.map(({ taskId, tryNumber, token }) => ({
        token,
        dag_id: key.dagId,
        run_id: key.runId,
        task_id: taskId,
        try_number: tryNumber,
        owner: planner.owner,
        queued_at: now,
        heartbeat_at: now,
        lease_until: new Date(now.getTime() + planner.leaseMs),
      })),
    );
}
