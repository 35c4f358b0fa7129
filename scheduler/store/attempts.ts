import type { Knex } from 'knex';
import type { AttemptOutcome, Settled, SettleInput } from '../core/outcome.ts';
import { schedulerSchema } from './migrations.ts';
import { toDagRun } from './rows.ts';
import type { DagRun, DagRunRow, InstanceKey, TaskInstanceRow } from './rows.ts';
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

/**
 * queued -> running, if the token is still the instance's. Values that an earlier attempt left are removed, so that
 * nobody reads them while this one runs.
 */
export async function startAttempt(
  db: Knex,
  input: { readonly key: InstanceKey; readonly token: string; readonly now: Date },
): Promise<StartedAttempt | undefined> {
  const { key, token, now } = input;
  return await db.transaction(async (trx) => {
    const started: TaskInstanceRow[] = await trx
      .withSchema(schedulerSchema)
      .from('task_instance')
      .where({ ...whereTask(key), state: 'queued', token })
      .update({
        state: 'running',
        start_date: trx.raw('coalesce(start_date, ?)', [now]),
        waiting_since: trx.raw('coalesce(waiting_since, ?)', [now]),
        end_date: null,
        reason: null,
      })
      .returning('*');
    const waitingSince = started[0]?.waiting_since;
    if (waitingSince === undefined || waitingSince === null) return undefined;
    await trx.withSchema(schedulerSchema).from('task_attempt').where({ token }).update({ started_at: now });
    await trx.withSchema(schedulerSchema).from('xcom').where(whereTask(key)).delete();
    const run = await trx
      .withSchema(schedulerSchema)
      .from('dag_run')
      .where({ dag_id: key.dagId, run_id: key.runId })
      .first<DagRunRow>('*');
    return { run: toDagRun(run), waitingSince };
  });
}

/** Ends an attempt: state, return value and asset events in one transaction, if the token is still the instance's. */
export async function finishAttempt(db: Knex, input: FinishInput): Promise<FinishedAttempt> {
  const { key, token, now, outcome } = input;
  return await db.transaction(async (trx) => {
    const row = await trx
      .withSchema(schedulerSchema)
      .from('task_instance')
      .where({ ...whereTask(key), token })
      .whereIn('state', ['running', 'restarting'])
      .forUpdate()
      .first<TaskInstanceRow | undefined>('*');
    if (row === undefined) return undefined;
    const settled = input.settle({
      state: row.state === 'restarting' ? 'restarting' : 'running',
      tryNumber: row.try_number,
      maxTries: row.max_tries,
    });
    await trx
      .withSchema(schedulerSchema)
      .from('task_instance')
      .where(whereTask(key))
      .update({
        state: settled.state,
        max_tries: settled.maxTries,
        next_attempt_at: settled.nextAttemptAt,
        token: null,
        end_date: settled.state === null ? null : now,
        reason: reasonOf(outcome),
      });
    const error = 'error' in outcome ? JSON.stringify(outcome.error) : null;
    const ended = { ended_at: now, outcome: outcome.kind, error };
    await trx.withSchema(schedulerSchema).from('task_attempt').where({ token }).update(ended);
    if (settled.state === 'success' && outcome.kind === 'success')
      await keepResult(trx, input, outcome.result);
    if (settled.state === 'success' && outcome.kind === 'success' && outcome.decision !== undefined)
      await keepSkipDecision(trx, key, outcome.decision);
    return settled;
  });
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

async function keepResult(trx: Knex, input: FinishInput, result: unknown): Promise<void> {
  const { key, run, now } = input;
  if (result !== undefined && result !== null) {
    const value = JSON.stringify(result);
    await trx
      .withSchema(schedulerSchema)
      .into('xcom')
      .insert({ ...whereTask(key), key: 'return_value', value });
  }
  if (input.outlets.length === 0) return;
  // Inserted and queued in one statement each, in the transaction of the success: no event without, none lost.
  const events: { id: string; asset: string }[] = await trx
    .withSchema(schedulerSchema)
    .into('asset_event')
    .insert(
      input.outlets.map((asset) => ({
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
