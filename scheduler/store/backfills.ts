import type { Knex } from 'knex';
import type { RunningBackfill } from '../core/explain.ts';
import { planClear } from '../core/plan-clear.ts';
import type { BackfillRequest, BackfillStep, ExistingRun } from '../core/plan-backfill.ts';
import type { LoadedDag } from '../core/validate-dag.ts';
import { schedulerErrors } from '../errors.ts';
import { alterRuns } from './alter.ts';
import { schedulerSchema } from './migrations.ts';

/** A backfill as people list it. */
export interface Backfill {
  readonly id: number;
  readonly dagId: string;
  readonly from: Date;
  readonly to: Date;
  readonly runBackwards: boolean;
  readonly reprocess: BackfillRequest['reprocess'];
  readonly maxActiveRuns: number;
  readonly createdAt: Date;
  readonly state: 'running' | 'paused' | 'completed' | 'cancelled';
  /** How many of its runs are in which state. */
  readonly queued: number;
  readonly running: number;
  readonly success: number;
  readonly failed: number;
  /** Intervals that it left as they were. */
  readonly left: number;
}

/** How a backfill is made. */
export interface NewBackfill extends BackfillRequest {
  readonly maxActiveRuns: number;
  readonly conf: Readonly<Record<string, unknown>>;
  readonly dryRun?: boolean | undefined;
}

/**
 * Records a backfill with all of its runs, as one: the scheduler works them off like any others, so it goes on after
 * any stop. One at a time for a DAG.
 */
export async function createBackfill(
  db: Knex,
  input: {
    readonly dag: LoadedDag;
    readonly asked: NewBackfill;
    readonly logicalDates: readonly Date[];
    readonly plan: (existing: ReadonlyMap<number, ExistingRun>) => readonly BackfillStep[];
    readonly now: Date;
  },
): Promise<{ readonly id: number | undefined; readonly steps: readonly BackfillStep[] }> {
  const { dag, asked, now } = input;
  const { dagId } = dag.definition;
  return await db.transaction(async (trx) => {
    await trx
      .withSchema(schedulerSchema)
      .from('dag')
      .where('dag_id', dagId)
      .forNoKeyUpdate()
      .select('dag_id');
    await refuseSecond(trx, dagId);
    const steps = input.plan(await readExisting(trx, dagId, input.logicalDates));
    if (asked.dryRun === true) return { id: undefined, steps };
    const rows: { id: number }[] = await trx
      .withSchema(schedulerSchema)
      .into('backfill')
      .insert({
        dag_id: dagId,
        from_date: asked.from,
        to_date: asked.to,
        dag_run_conf: JSON.stringify(asked.conf),
        run_backwards: asked.runBackwards,
        reprocess_behavior: asked.reprocess,
        max_active_runs: asked.maxActiveRuns,
        created_at: now,
        completed_at: steps.every((step) => step.action === 'leave') ? now : null,
      })
      .returning('id');
    const id = rows[0]?.id ?? 0;
    await insertSteps(trx, id, steps);
    await insertRuns(trx, { id, dagId, steps, conf: asked.conf, now });
    for (const { runId } of steps.filter((step) => step.action === 'rerun')) {
      const plan: Parameters<typeof alterRuns>[1]['plan'] = (runs) => planClear(dag, runs, {});
      await alterRuns(trx, { scope: { dagId, runId }, plan, now, dryRun: false });
      await trx
        .withSchema(schedulerSchema)
        .from('dag_run')
        .where({ dag_id: dagId, run_id: runId })
        // A run without a single task instance has nothing to clear and is opened all the same.
        .update({ backfill_id: id, state: 'queued', start_date: null, end_date: null });
    }
    return { id, steps };
  });
}

async function refuseSecond(trx: Knex, dagId: string): Promise<void> {
  const active = await trx
    .withSchema(schedulerSchema)
    .from('backfill')
    .where('dag_id', dagId)
    .whereNull('completed_at')
    .first<{ id: number } | undefined>('id');
  if (active === undefined) return;
  const remedy = `Wait for it, or end it with \`shopwave backfill cancel ${active.id}\`.`;
  const message = `DAG ${dagId} has an active backfill already, number ${active.id}`;
  throw schedulerErrors.error('BACKFILL_ACTIVE', { message, remedy });
}

async function readExisting(
  trx: Knex,
  dagId: string,
  logicalDates: readonly Date[],
): Promise<ReadonlyMap<number, ExistingRun>> {
  const rows: (ExistingRun & { at: Date })[] = await trx
    .withSchema(schedulerSchema)
    .from('dag_run')
    .where('dag_id', dagId)
    .whereIn('logical_date', [...logicalDates])
    .forNoKeyUpdate()
    .select('run_id as runId', 'state', 'logical_date as at');
  return new Map(rows.map(({ at, runId, state }) => [at.getTime(), { runId, state }]));
}

async function insertSteps(trx: Knex, id: number, steps: readonly BackfillStep[]): Promise<void> {
  if (steps.length === 0) return;
  const rows = steps.map(({ action, runId, info, why }) => ({
    backfill_id: id,
    logical_date: info.logicalDate,
    run_id: action === 'leave' ? null : runId,
    reason: why,
  }));
  await trx.batchInsert(`${schedulerSchema}.backfill_dag_run`, rows, 1000);
}

async function insertRuns(
  trx: Knex,
  input: {
    readonly id: number;
    readonly dagId: string;
    readonly steps: readonly BackfillStep[];
    readonly conf: Readonly<Record<string, unknown>>;
    readonly now: Date;
  },
): Promise<void> {
  const created = input.steps.filter((step) => step.action === 'create');
  if (created.length === 0) return;
  const rows = created.map(({ runId, info }) => ({
    dag_id: input.dagId,
    run_id: runId,
    run_type: 'backfill',
    state: 'queued',
    logical_date: info.logicalDate,
    data_interval_start: info.dataInterval.start,
    data_interval_end: info.dataInterval.end,
    run_after: info.runAfter,
    conf: JSON.stringify(input.conf),
    queued_at: input.now,
    backfill_id: input.id,
  }));
  await trx.batchInsert(`${schedulerSchema}.dag_run`, rows, 1000);
}

/** Starts no more of its runs, or goes on; what runs is left to run. */
export async function pauseBackfill(db: Knex, id: number, paused: boolean): Promise<void> {
  const changed = await db
    .withSchema(schedulerSchema)
    .from('backfill')
    .where('id', id)
    .whereNull('completed_at')
    .update({ is_paused: paused });
  if (changed === 0) throw notActive(id);
}

/** Ends a backfill: what has not begun fails, and can be filled in by another one; what runs is left to run. */
export async function cancelBackfill(db: Knex, id: number, now: Date): Promise<void> {
  await db.transaction(async (trx) => {
    const changed = await trx
      .withSchema(schedulerSchema)
      .from('backfill')
      .where('id', id)
      .whereNull('completed_at')
      .update({ completed_at: now, cancelled_at: now });
    if (changed === 0) throw notActive(id);
    const runs = (): Knex.QueryBuilder =>
      trx.withSchema(schedulerSchema).from('dag_run').where('backfill_id', id);
    const reason = `backfill ${id} was cancelled`;
    await runs().where('state', 'queued').update({ state: 'failed', end_date: now, reason });
    await runs().update({ backfill_id: null });
  });
}

/**
 * Notes that a backfill is over once none of its runs is left. In the transaction that ends a run: of two that end at
 * once the second waits for the row and sees the end of the first.
 */
export async function completeBackfill(trx: Knex, id: number, now: Date): Promise<void> {
  const table = (name: string): Knex.QueryBuilder => trx.withSchema(schedulerSchema).from(name);
  await table('backfill').where('id', id).forUpdate().select('id');
  const open = await table('dag_run')
    .where('backfill_id', id)
    .whereIn('state', ['queued', 'running'])
    .first<{ run_id: string } | undefined>('run_id');
  if (open !== undefined) return;
  await table('backfill').where('id', id).update({ completed_at: now });
  await table('dag_run').where('backfill_id', id).update({ backfill_id: null });
}

/** What limits the runs of a backfill. */
export async function findBackfill(db: Knex, id: number): Promise<RunningBackfill | undefined> {
  return await db
    .withSchema(schedulerSchema)
    .from('backfill')
    .where('id', id)
    .first<RunningBackfill | undefined>('id', 'is_paused as isPaused', 'max_active_runs as maxActiveRuns');
}

/** Backfills, the newest first. */
export async function listBackfills(db: Knex, dagId: string | undefined): Promise<readonly Backfill[]> {
  const result: { rows: Backfill[] } = await db.raw(
    `select backfill.id, backfill.dag_id as "dagId", from_date as "from", to_date as "to",
            run_backwards as "runBackwards", reprocess_behavior as reprocess,
            max_active_runs as "maxActiveRuns", created_at as "createdAt",
            case when cancelled_at is not null then 'cancelled' when completed_at is not null then 'completed'
                 when is_paused then 'paused' else 'running' end as state,
            count(*) filter (where run.state = 'queued')::int as queued,
            count(*) filter (where run.state = 'running')::int as running,
            count(*) filter (where run.state = 'success')::int as success,
            count(*) filter (where run.state = 'failed')::int as failed,
            count(*) filter (where step.logical_date is not null and step.run_id is null)::int as left
       from scheduler.backfill backfill
       left join scheduler.backfill_dag_run step on step.backfill_id = backfill.id
       left join scheduler.dag_run run on run.dag_id = backfill.dag_id and run.run_id = step.run_id
      where cast(:dagId as text) is null or backfill.dag_id = :dagId
      group by backfill.id order by backfill.id desc`,
    { dagId: dagId ?? null },
  );
  return result.rows;
}

function notActive(id: number): Error {
  return schedulerErrors.error('BACKFILL_NOT_FOUND', { message: `there is no active backfill ${id}` });
}
