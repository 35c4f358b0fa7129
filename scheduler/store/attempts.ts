import type { Knex } from 'knex';
import { keyColumns, toDagRun } from './rows.ts';
import type { DagRun, DagRunRow, InstanceKey } from './rows.ts';

/** What an attempt needs to know once it may begin. */
export interface StartedAttempt {
  readonly run: DagRun;
  /** When a sensor first poked since the last clear. */
  readonly waitingSince: Date;
}

/** An attempt that may begin, if its token is still the instance's. */
export interface StartInput {
  readonly key: InstanceKey;
  readonly token: string;
  readonly now: Date;
}

/**
 * The statements below say how many rows they are given, by a limit: PostgreSQL takes a list for a hundred rows, for which
 * it may read a whole table, and most have one or two.
 *
 * queued -> running, for each whose token is still the instance's. Values that an earlier attempt left are removed, so
 * that nobody reads them while this one runs.
 */
export async function startAttempts(
  db: Knex,
  inputs: readonly StartInput[],
): Promise<readonly (StartedAttempt | undefined)[]> {
  const given = inputs.map(({ key, token, now }) => ({ ...keyColumns(key), token, at: now }));
  const result: { rows: (DagRunRow & { readonly token: string; readonly waiting_since: Date })[] } =
    await db.raw(
      `with given as (
         select * from jsonb_to_recordset(?::jsonb)
           as g (dag_id text, run_id text, task_id text, map_index int, token uuid, at timestamptz)
         limit ${given.length}
       ),
       started as (
         update scheduler.task_instance ti
            set state = 'running', start_date = coalesce(ti.start_date, given.at),
                waiting_since = coalesce(ti.waiting_since, given.at), end_date = null, reason = null
           from given
          where ti.dag_id = given.dag_id and ti.run_id = given.run_id and ti.task_id = given.task_id
            and ti.map_index = given.map_index and ti.token = given.token and ti.state = 'queued'
         returning ti.dag_id, ti.run_id, ti.task_id, ti.map_index, ti.token, ti.waiting_since, given.at
       ),
       noted as (
         update scheduler.task_attempt attempt set started_at = started.at from started
          where attempt.token = started.token
       ),
       emptied as (
         delete from scheduler.xcom using started
          where xcom.dag_id = started.dag_id and xcom.run_id = started.run_id and xcom.task_id = started.task_id
            and xcom.map_index = started.map_index
       )
       select run.*, started.token, started.waiting_since
         from started join scheduler.dag_run run on run.dag_id = started.dag_id and run.run_id = started.run_id`,
      [JSON.stringify(given)],
    );
  const byToken = new Map(
    result.rows.map((row) => [row.token, { run: toDagRun(row), waitingSince: row.waiting_since }]),
  );
  return inputs.map(({ token }) => byToken.get(token));
}

/**
 * Renews the leases of attempts that are still their instances' current ones. Resolves to those tokens with the
 * state; a token that is missing was taken away, one in `restarting` was cleared.
 */
export async function renewLeases(
  db: Knex,
  input: { readonly tokens: readonly string[]; readonly now: Date; readonly leaseMs: number },
): Promise<ReadonlyMap<string, string>> {
  const { tokens, now, leaseMs } = input;
  const result: { rows: { token: string; state: string }[] } = await db.raw(
    `update scheduler.task_attempt attempt set heartbeat_at = :now, lease_until = :leaseUntil
       from scheduler.task_instance ti
      where attempt.token = any(:tokens::uuid[]) and attempt.ended_at is null and ti.token = attempt.token
    returning attempt.token, ti.state`,
    { tokens: [...tokens], now, leaseUntil: new Date(now.getTime() + leaseMs) },
  );
  return new Map(result.rows.map((row) => [row.token, row.state]));
}
