import type { Knex } from 'knex';
import { assetNames } from '../authoring/asset.ts';
import type { AnyDag } from '../authoring/definition.ts';
import { describeSchedule } from '../authoring/describe-schedule.ts';
import type { Schedule } from '../authoring/schedule.ts';
import { deadlineOf } from '../core/deadline.ts';
import type { DagPlan, NewDagRun, PlanDagInput, QueuedAssetEvent } from '../core/plan-dag.ts';
import type { DataInterval } from '../core/timetables/timetable.ts';
import type { LoadedDag } from '../core/validate-dag.ts';
import { schedulerSchema } from './migrations.ts';
import { toDagRun } from './rows.ts';
import type { DagRun, DagRunRow } from './rows.ts';

/** A DAG with the schedule in force, which the command line may have put in place of its own. */
export interface ScheduledDag {
  readonly dag: LoadedDag;
  readonly schedule: Schedule;
}

interface DagRow {
  readonly dag_id: string;
  readonly is_paused: boolean;
  readonly last_interval_start: Date | null;
  readonly last_interval_end: Date | null;
  readonly next_dagrun_create_after: Date | null;
}

/** Makes the store know the loaded DAGs: a row each, kept as it is if there, and the assets it is scheduled on. */
export async function registerDags(db: Knex, dags: readonly ScheduledDag[], now: Date): Promise<void> {
  await db.transaction(async (trx) => {
    for (const { dag, schedule } of dags) {
      const dagId = dag.definition.dagId;
      await trx
        .withSchema(schedulerSchema)
        .into('dag')
        .insert({ dag_id: dagId, schedule: describeSchedule(schedule), first_seen_at: now })
        .onConflict('dag_id')
        // A new schedule voids the tick that the old one led to.
        .merge({
          schedule: describeSchedule(schedule),
          next_dagrun_create_after: trx.raw(
            'case when dag.schedule = excluded.schedule then dag.next_dagrun_create_after end',
          ),
        });
      const assets = schedule !== null && 'condition' in schedule ? assetNames(schedule.condition) : [];
      const table = (): Knex.QueryBuilder => trx.withSchema(schedulerSchema).table('dag_schedule_asset');
      await table().where('dag_id', dagId).whereNotIn('asset', assets).delete();
      if (assets.length === 0) continue;
      await table()
        .insert(assets.map((asset) => ({ dag_id: dagId, asset })))
        .onConflict(['dag_id', 'asset'])
        .ignore();
    }
  });
}

/** What decides whether a DAG is worth planning now, read for all DAGs at once so that an idle tick stays cheap. */
export interface DagFacts {
  readonly dagId: string;
  readonly paused: boolean;
  /** When the next scheduled run may start; null before the first plan, and where time asks for none. */
  readonly nextRunAfter: Date | null;
  readonly lastIntervalStart: Date | null;
  readonly lastIntervalEnd: Date | null;
  readonly hasQueuedEvents: boolean;
  /** Without those of a paused backfill. */
  readonly queuedRuns: number;
  readonly runningRuns: number;
  /** Of these, the ones that count towards maxActiveRuns. */
  readonly activeRuns: number;
}

/** Facts of these DAGs, or of every DAG the store knows, by id. */
export async function readDagFacts(
  db: Knex,
  dagIds?: readonly string[],
): Promise<ReadonlyMap<string, DagFacts>> {
  const wanted = dagIds === undefined ? '' : 'where dag.dag_id = any(?)';
  const result: { rows: DagFacts[] } = await db.raw(
    `
    select dag.dag_id as "dagId", dag.is_paused as paused, dag.next_dagrun_create_after as "nextRunAfter",
           dag.last_interval_start as "lastIntervalStart", dag.last_interval_end as "lastIntervalEnd",
           exists (select from scheduler.asset_event_queue queue where queue.dag_id = dag.dag_id) as "hasQueuedEvents",
           count(*) filter (where run.state = 'queued' and backfill.is_paused is not true)::int as "queuedRuns",
           count(*) filter (where run.state = 'running')::int as "runningRuns",
           count(run.run_id) filter (where run.backfill_id is null)::int as "activeRuns"
      from scheduler.dag dag
      left join scheduler.dag_run run on run.dag_id = dag.dag_id and run.state in ('queued', 'running')
      left join scheduler.backfill backfill on backfill.id = run.backfill_id
     ${wanted}
     group by dag.dag_id`,
    dagIds === undefined ? [] : [[...dagIds]],
  );
  return new Map(result.rows.map((row) => [row.dagId, row]));
}

/** Pauses a DAG or lets it go on. */
export async function setPaused(db: Knex, dagId: string, paused: boolean): Promise<void> {
  await db.withSchema(schedulerSchema).from('dag').where('dag_id', dagId).update({ is_paused: paused });
}

/**
 * Plans a DAG's next run and creates it, under the lock of the DAG's row: with several schedulers exactly one plans
 * a DAG at a time, the others skip it. Resolves to the run if one was created.
 */
export async function createDueRun(
  db: Knex,
  { dag, schedule }: ScheduledDag,
  now: Date,
  plan: (input: PlanDagInput) => DagPlan,
): Promise<DagRun | undefined> {
  return await db.transaction(async (trx) => {
    const dagId = dag.definition.dagId;
    const row = await lockDag(trx, dagId);
    if (row === undefined) return undefined;
    const { create, next } = plan({
      dag,
      schedule,
      now,
      paused: row.is_paused,
      lastInterval: intervalOf(row.last_interval_start, row.last_interval_end),
      activeRuns: await countActive(trx, dagId, ['queued', 'running']),
      queuedEvents: schedule !== null && 'condition' in schedule ? await readQueuedEvents(trx, dagId) : [],
    });
    const run =
      create === undefined
        ? undefined
        : await insertRun(trx, { definition: dag.definition, run: create, conf: {}, now });
    if (run !== undefined) await consumeEvents(trx, run, create?.consumes ?? []);
    // Also if a run of that logical date was there already: what it stands for has its run.
    const covered = create?.runType === 'scheduled' ? create : undefined;
    if (covered !== undefined || next?.runAfter.getTime() !== row.next_dagrun_create_after?.getTime()) {
      const change = {
        next_dagrun_create_after: next?.runAfter ?? null,
        last_interval_start: covered?.dataIntervalStart ?? row.last_interval_start,
        last_interval_end: covered?.dataIntervalEnd ?? row.last_interval_end,
      };
      await trx.withSchema(schedulerSchema).from('dag').where('dag_id', dagId).update(change);
    }
    return run;
  });
}

/** The interval of two columns that are null together. */
export function intervalOf(start: Date | null, end: Date | null): DataInterval | null {
  return start === null || end === null ? null : { start, end };
}

/** Inserts a run in state queued; undefined if the DAG already has a run of this id or logical date. */
export async function insertRun(
  db: Knex,
  input: {
    readonly definition: Pick<AnyDag, 'dagId' | 'deadline'>;
    readonly run: Omit<NewDagRun, 'consumes'>;
    readonly conf: Readonly<Record<string, unknown>>;
    readonly now: Date;
  },
): Promise<DagRun | undefined> {
  const { definition, run, conf, now } = input;
  const rows: DagRunRow[] = await db
    .withSchema(schedulerSchema)
    .into('dag_run')
    .insert({
      dag_id: definition.dagId,
      run_id: run.runId,
      run_type: run.runType,
      state: 'queued',
      logical_date: run.logicalDate,
      data_interval_start: run.dataIntervalStart,
      data_interval_end: run.dataIntervalEnd,
      run_after: run.runAfter,
      conf: JSON.stringify(conf),
      queued_at: now,
      deadline_at: deadlineOf(definition.deadline, { queuedAt: now, logicalDate: run.logicalDate }),
    })
    .onConflict()
    .ignore()
    .returning('*');
  return rows[0] === undefined ? undefined : toDagRun(rows[0]);
}

/** The row of a DAG, unless another scheduler has it. */
export async function lockDag(trx: Knex, dagId: string): Promise<DagRow | undefined> {
  return await trx
    .withSchema(schedulerSchema)
    .from('dag')
    .where('dag_id', dagId)
    .forNoKeyUpdate()
    .skipLocked()
    .first<DagRow | undefined>('*');
}

/** Runs of a DAG in these states that count towards its limit: those of a backfill have one of their own. */
export async function countActive(trx: Knex, dagId: string, states: readonly string[]): Promise<number> {
  const row = await trx
    .withSchema(schedulerSchema)
    .from('dag_run')
    .where('dag_id', dagId)
    .whereIn('state', [...states])
    .whereNull('backfill_id')
    .count<{ count: string }[]>('* as count');
  return Number(row[0]?.count ?? 0);
}

async function readQueuedEvents(trx: Knex, dagId: string): Promise<readonly QueuedAssetEvent[]> {
  return await trx
    .withSchema(schedulerSchema)
    .from('asset_event_queue as queue')
    .join('asset_event as event', 'event.id', 'queue.event_id')
    .where('queue.dag_id', dagId)
    .orderBy('event.id')
    .select<QueuedAssetEvent[]>(
      'event.id as eventId',
      'event.asset as asset',
      'event.data_interval_start as dataIntervalStart',
      'event.data_interval_end as dataIntervalEnd',
    );
}

async function consumeEvents(trx: Knex, run: DagRun, eventIds: readonly string[]): Promise<void> {
  if (eventIds.length === 0) return;
  const { dagId, runId } = run;
  const table = trx.withSchema(schedulerSchema).table('asset_event_queue');
  await table
    .where('dag_id', dagId)
    .whereIn('event_id', [...eventIds])
    .delete();
  await trx
    .withSchema(schedulerSchema)
    .into('dag_run_asset_event')
    .insert(eventIds.map((eventId) => ({ dag_id: dagId, run_id: runId, event_id: eventId })));
}
