import type { Knex } from 'knex';
import type { Settled } from '../core/outcome.ts';
import type { FinishInput } from './finish-input.ts';
import { wakeChannel } from './migrations.ts';
import { wakePayload } from './presence.ts';
import { distinctRuns, keyColumns } from './rows.ts';

/** Nothing of the instance but its token and state says what becomes of it, so that one statement does. */
export const isPlainSuccess = ({ outcome, outlets }: FinishInput): boolean =>
  outcome.kind === 'success' && outcome.decision === undefined && outlets.length === 0;

/** Ends these attempts; those whose instances are no longer theirs to end as a success are not in the answer. */
export async function finishSuccesses(
  db: Knex,
  inputs: readonly FinishInput[],
  owner: number,
): Promise<ReadonlyMap<string, Settled>> {
  if (inputs.length === 0) return new Map();
  const given = inputs.map(({ key, token, now, outcome }) => ({
    ...keyColumns(key),
    token,
    ended_at: now,
    value: outcome.kind === 'success' ? (outcome.result ?? null) : null,
  }));
  const runs = distinctRuns(inputs.map(({ key }) => key));
  const result: { rows: { token: string; max_tries: number }[] } = await db.raw(successSql(given.length), [
    JSON.stringify(given),
    wakeChannel,
    wakePayload(owner, { runs, dags: [] }),
  ]);
  return new Map(
    result.rows.map(({ token, max_tries: maxTries }) => [
      token,
      { state: 'success', maxTries, nextAttemptAt: null },
    ]),
  );
}

/** Locked in the order of their keys, as the planner locks them: neither waits for the other in a circle. */
const successSql = (count: number): string => `
  with given as (
    select * from jsonb_to_recordset(?::jsonb) as g (dag_id text, run_id text, task_id text, map_index int, token uuid,
      ended_at timestamptz, value jsonb)
    limit ${count}
  ),
  locked as materialized (
    select ti.dag_id, ti.run_id, ti.task_id, ti.map_index
      from scheduler.task_instance ti join given using (dag_id, run_id, task_id, map_index)
     where ti.token = given.token and ti.state = 'running'
     order by ti.dag_id, ti.run_id, ti.task_id, ti.map_index
       for update of ti
  ),
  settled as (
    update scheduler.task_instance ti
       set state = 'success', next_attempt_at = null, token = null, end_date = given.ended_at, reason = null
      from given join locked using (dag_id, run_id, task_id, map_index)
     where ti.dag_id = given.dag_id and ti.run_id = given.run_id and ti.task_id = given.task_id
       and ti.map_index = given.map_index and ti.token = given.token and ti.state = 'running'
    returning given.*, ti.max_tries
  ),
  noted as (
    update scheduler.task_attempt attempt set ended_at = settled.ended_at, outcome = 'success', error = null
      from settled where attempt.token = settled.token
  ),
  kept as (
    insert into scheduler.xcom (dag_id, run_id, task_id, map_index, key, value)
    select dag_id, run_id, task_id, map_index, 'return_value', value from settled where value is not null
  )
  select token, max_tries, pg_notify(?, ?) from settled`;
