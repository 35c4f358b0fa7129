import type { Knex } from 'knex';
import type { AttemptOutcome, Settled, SettleInput } from '../core/outcome.ts';
import { schedulerSchema, wakeChannel } from './migrations.ts';
import { wakePayload } from './presence.ts';
import { toDagRun } from './rows.ts';
import type { DagRun, DagRunRow, InstanceKey, RunKey, TaskInstanceRow } from './rows.ts';
import { keepSkipDecision } from './skips.ts';

/** What an attempt needs to know once it may begin. */
export interface StartedAttempt {
  readonly run: DagRun;
  /** When a sensor first poked since the last clear. */
  readonly waitingSince: Date;
}

/** What a finished attempt leaves behind. */
export interface FinishInput {
  readonly key: InstanceKey;
  readonly token: string;
  readonly now: Date;
  readonly outcome: AttemptOutcome;
  /** Assets that count as produced, if the attempt succeeded. */
  readonly outlets: readonly string[];
  readonly run: DagRun;
  readonly settle: (input: Pick<SettleInput, 'state' | 'tryNumber' | 'maxTries'>) => Settled;
}

/** How a report was taken: undefined means that the token is stale and nothing was changed. */
export type FinishedAttempt = Settled | undefined;

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
  const given = inputs.map(({ key, token, now }) => ({ ...whereTask(key), token, at: now }));
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
 * Ends attempts whose tokens are still their instances': states, return values and asset events in one transaction.
 * Other schedulers on the store are told which runs it concerns.
 */
export async function finishAttempts(
  db: Knex,
  inputs: readonly FinishInput[],
  { owner }: { readonly owner: number },
): Promise<readonly FinishedAttempt[]> {
  return await db.transaction(async (trx) => {
    const held = await lockInstances(trx, inputs);
    const settled = inputs.map((input) => {
      const row = held.get(input.token);
      if (row === undefined) return undefined;
      return input.settle({
        state: row.state === 'restarting' ? 'restarting' : 'running',
        tryNumber: row.try_number,
        maxTries: row.max_tries,
      });
    });
    const ended = inputs.flatMap((input, index) => {
      const end = settled[index];
      return end === undefined ? [] : [{ input, settled: end }];
    });
    if (ended.length === 0) return settled;
    const runs = distinctRuns(ended.map(({ input }) => input.key));
    // An asset event concerns DAGs that only the store knows.
    const isNarrow = ended.every(({ input }) => input.outlets.length === 0);
    await writeEnds(trx, ended, isNarrow ? wakePayload(owner, { runs, dags: [] }) : '');
    for (const { input, settled: end } of ended) {
      if (end.state !== 'success' || input.outcome.kind !== 'success') continue;
      if (input.outlets.length > 0) await keepAssetEvents(trx, input);
      if (input.outcome.decision !== undefined)
        await keepSkipDecision(trx, input.key, input.outcome.decision);
    }
    return settled;
  });
}

/** In the order of their keys, as the planner locks them: neither waits for the other in a circle. */
async function lockInstances(
  trx: Knex,
  inputs: readonly FinishInput[],
): Promise<ReadonlyMap<string, TaskInstanceRow>> {
  const result: { rows: TaskInstanceRow[] } = await trx.raw(
    `select ti.*
       from (
         select * from jsonb_to_recordset(?::jsonb)
           as g (dag_id text, run_id text, task_id text, map_index int, token uuid)
         limit ${inputs.length}
       ) as g
       join scheduler.task_instance ti using (dag_id, run_id, task_id, map_index)
      where ti.token = g.token and ti.state in ('running', 'restarting')
      order by ti.dag_id, ti.run_id, ti.task_id, ti.map_index
        for update of ti`,
    [JSON.stringify(inputs.map(({ key, token }) => ({ ...whereTask(key), token })))],
  );
  return new Map(result.rows.map((row) => [row.token ?? '', row]));
}

function distinctRuns(keys: readonly RunKey[]): readonly RunKey[] {
  return [...new Map(keys.map((key) => [`${key.dagId}\n${key.runId}`, key])).values()];
}

interface EndedAttempt {
  readonly input: FinishInput;
  readonly settled: Settled;
}

async function writeEnds(trx: Knex, ended: readonly EndedAttempt[], wakes: string): Promise<void> {
  const rows = ended.map(({ input: { key, token, now, outcome }, settled }) => ({
    ...whereTask(key),
    token,
    state: settled.state,
    max_tries: settled.maxTries,
    next_attempt_at: settled.nextAttemptAt,
    end_date: settled.state === null ? null : now,
    reason: reasonOf(outcome),
    outcome: outcome.kind,
    error: 'error' in outcome ? outcome.error : null,
    ended_at: now,
    value: settled.state === 'success' && outcome.kind === 'success' ? (outcome.result ?? null) : null,
  }));
  await trx.raw(
    `with given as (
       select * from jsonb_to_recordset(?::jsonb) as g (dag_id text, run_id text, task_id text, map_index int,
         token uuid, state text, max_tries int, next_attempt_at timestamptz, end_date timestamptz, reason text,
         outcome text, error jsonb, ended_at timestamptz, value jsonb)
       limit ${rows.length}
     ),
     settled as (
       update scheduler.task_instance ti
          set state = given.state, max_tries = given.max_tries, next_attempt_at = given.next_attempt_at, token = null,
              end_date = given.end_date, reason = given.reason
         from given
        where ti.dag_id = given.dag_id and ti.run_id = given.run_id and ti.task_id = given.task_id
          and ti.map_index = given.map_index
     ),
     noted as (
       update scheduler.task_attempt attempt
          set ended_at = given.ended_at, outcome = given.outcome, error = given.error
         from given where attempt.token = given.token
     ),
     kept as (
       insert into scheduler.xcom (dag_id, run_id, task_id, map_index, key, value)
       select dag_id, run_id, task_id, map_index, 'return_value', value from given where value is not null
     )
     select pg_notify(?, ?)`,
    [JSON.stringify(rows), wakeChannel, wakes],
  );
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

function whereTask(key: InstanceKey): Readonly<Record<string, string | number>> {
  return { dag_id: key.dagId, run_id: key.runId, task_id: key.taskId, map_index: key.mapIndex };
}

/** Inserted and queued in one statement each, in the transaction of the success: no event without, none lost. */
async function keepAssetEvents(trx: Knex, { key, run, now, outlets }: FinishInput): Promise<void> {
  const events: { id: string; asset: string }[] = await trx
    .withSchema(schedulerSchema)
    .into('asset_event')
    .insert(
      outlets.map((asset) => ({
        asset,
        source_dag_id: key.dagId,
        source_run_id: key.runId,
        source_task_id: key.taskId,
        data_interval_start: run.dataIntervalStart,
        data_interval_end: run.dataIntervalEnd,
        created_at: now,
      })),
    )
    .returning(['id', 'asset']);
  await trx.raw(
    `insert into scheduler.asset_event_queue (dag_id, event_id)
     select consumer.dag_id, event.id from scheduler.asset_event event
       join scheduler.dag_schedule_asset consumer on consumer.asset = event.asset
      where event.id = any(?::bigint[])`,
    [events.map((event) => event.id)],
  );
}

function reasonOf(outcome: AttemptOutcome): string | null {
  if (outcome.kind === 'skipped') return outcome.reason;
  return 'error' in outcome ? outcome.error.message : null;
}
