import type { Knex } from 'knex';
import type { AttemptOutcome, Settled } from '../core/outcome.ts';
import type { FinishedAttempt, FinishInput } from './finish-input.ts';
import { finishSuccesses, isPlainSuccess } from './finish-successes.ts';
import { schedulerSchema, wakeChannel } from './migrations.ts';
import { wakePayload } from './presence.ts';
import { distinctRuns, keyColumns } from './rows.ts';
import type { TaskInstanceRow } from './rows.ts';
import { keepSkipDecision } from './skips.ts';

/**
 * Ends attempts whose tokens are still their instances': states, return values and asset events in one transaction.
 * Other schedulers on the store are told which runs it concerns.
 */
export async function finishAttempts(
  db: Knex,
  inputs: readonly FinishInput[],
  { owner }: { readonly owner: number },
): Promise<readonly FinishedAttempt[]> {
  const succeeded = await finishSuccesses(db, inputs.filter(isPlainSuccess), owner);
  // What was cleared while it ran, or taken away, is not among them either.
  const rest = inputs.filter(({ token }) => !succeeded.has(token));
  const others = rest.length === 0 ? [] : await finishLocked(db, rest, owner);
  const settled = new Map(rest.map(({ token }, index) => [token, others[index]]));
  return inputs.map(({ token }) => succeeded.get(token) ?? settled.get(token));
}

async function finishLocked(
  db: Knex,
  inputs: readonly FinishInput[],
  owner: number,
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
    [JSON.stringify(inputs.map(({ key, token }) => ({ ...keyColumns(key), token })))],
  );
  return new Map(result.rows.map((row) => [row.token ?? '', row]));
}

interface EndedAttempt {
  readonly input: FinishInput;
  readonly settled: Settled;
}

async function writeEnds(trx: Knex, ended: readonly EndedAttempt[], wakes: string): Promise<void> {
  const rows = ended.map(({ input: { key, token, now, outcome }, settled }) => ({
    ...keyColumns(key),
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
