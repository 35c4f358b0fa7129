import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { TaskDecision } from '../core/run-plan.ts';
import { factsOf } from '../core/states.ts';
import { schedulerSchema } from './migrations.ts';
import type { RunKey } from './rows.ts';

/** Who plans and how long the leases of the attempts it starts last. */
export interface Planner {
  readonly owner: number;
  readonly leaseMs: number;
}

/** A decision that took effect; `token` is set when it queued an attempt, which the planner now owns. */
export interface AppliedDecision extends TaskDecision {
  readonly token: string | undefined;
}

/** What was decided of one run. */
export interface RunDecisions {
  readonly key: RunKey;
  readonly decisions: readonly TaskDecision[];
}

/**
 * All decisions of all runs in one statement, with the attempts that they queue: a thousand tasks cost as many round trips
 * as one. Locked in the order of their keys, as reports lock them, so that neither waits for the other in a circle.
 */
const applySql = (count: number): string => `
  with d as (
    select * from jsonb_to_recordset(:decisions::jsonb) as d (dag_id text, run_id text, task_id text, map_index int,
      from_state text, from_token uuid, to_state text, try_number int, next_attempt_at timestamptz, reason text, token uuid,
      ends boolean, at timestamptz)
    -- So that few are looked up: without it PostgreSQL takes them for a hundred, and may read the whole table for them.
    limit ${count}
  ),
  locked as materialized (
    select ti.dag_id, ti.run_id, ti.task_id, ti.map_index
      from scheduler.task_instance ti join d using (dag_id, run_id, task_id, map_index)
     where ti.state is not distinct from d.from_state and ti.token is not distinct from d.from_token
     order by ti.dag_id, ti.run_id, ti.task_id, ti.map_index
       for no key update of ti
  ),
  applied as (
    update scheduler.task_instance ti
       set state = d.to_state, try_number = d.try_number, next_attempt_at = d.next_attempt_at, reason = d.reason,
           start_date = case when d.to_state = 'success' then d.at when d.try_number > ti.try_number then null
             else ti.start_date end,
           token = d.token, end_date = case when d.ends then d.at end
      from d join locked using (dag_id, run_id, task_id, map_index)
     where ti.dag_id = d.dag_id and ti.run_id = d.run_id and ti.task_id = d.task_id and ti.map_index = d.map_index
       and ti.state is not distinct from d.from_state and ti.token is not distinct from d.from_token
    returning ti.dag_id, ti.run_id, ti.task_id, ti.map_index, ti.try_number, ti.token, d.at
  ),
  queued as (
    insert into scheduler.task_attempt (token, dag_id, run_id, task_id, map_index, try_number, owner, queued_at,
      heartbeat_at, lease_until)
    select token, dag_id, run_id, task_id, map_index, try_number, :owner, at, at, :leaseUntil
      from applied where token is not null
  )
  select dag_id, run_id, task_id, map_index from applied`;

/** Carries out what of the decisions still holds; for each run those that did. */
export async function applyDecisions(
  trx: Knex,
  input: { readonly runs: readonly RunDecisions[]; readonly now: Date; readonly planner: Planner },
): Promise<readonly (readonly AppliedDecision[])[]> {
  const { now, planner } = input;
  const runs = input.runs.map(({ key, decisions }) => ({ key, decisions: decisions.map(withToken) }));
  const rows = runs.flatMap(({ key, decisions }) => decisions.map((d) => toRow(key, d, now)));
  if (rows.length === 0) return runs.map(() => []);
  const result: { rows: { dag_id: string; run_id: string; task_id: string; map_index: number }[] } =
    await trx.raw(applySql(rows.length), {
      decisions: JSON.stringify(rows),
      owner: planner.owner,
      leaseUntil: new Date(now.getTime() + planner.leaseMs),
    });
  const nameOf = (...parts: readonly (string | number)[]): string => parts.join('\n');
  const changed = new Set(
    result.rows.map((row) => nameOf(row.dag_id, row.run_id, row.task_id, row.map_index)),
  );
  const applied = runs.map(({ key, decisions }) => ({
    key,
    decisions: decisions.filter(({ taskId, mapIndex }) =>
      changed.has(nameOf(key.dagId, key.runId, taskId, mapIndex)),
    ),
  }));
  await endLostAttempts(
    trx,
    applied.flatMap(({ decisions }) => decisions),
    now,
  );
  return applied.map(({ decisions }) => decisions);
}

function withToken(decision: TaskDecision): AppliedDecision {
  return { ...decision, token: decision.to === 'queued' ? randomUUID() : undefined };
}

function toRow({ dagId, runId }: RunKey, d: AppliedDecision, now: Date): Readonly<Record<string, unknown>> {
  return {
    dag_id: dagId,
    run_id: runId,
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
  };
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
