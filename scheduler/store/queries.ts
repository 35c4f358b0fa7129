import type { Knex } from 'knex';
import type { TaskError } from '../core/outcome.ts';
import type { DagRunState } from '../core/states.ts';
import { schedulerSchema } from './migrations.ts';
import { toDagRun, toTaskInstance } from './rows.ts';
import type { PreviousSuccess } from '../authoring/task.ts';
import type { DagRun, DagRunRow, RunKey, TaskInstance, TaskInstanceRow } from './rows.ts';

/** Which runs to list; newest first. */
export interface RunFilter {
  readonly dagId?: string | undefined;
  readonly state?: DagRunState | undefined;
  /** By logical date, or where there is none by the time from which the run might start; both ends count. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** false: without those of backfills. */
  readonly backfill?: boolean | undefined;
  /** 25 */
  readonly limit?: number | undefined;
}

/** What the store keeps about a DAG beside its definition. */
export interface DagStatus {
  readonly paused: boolean;
  readonly nextRunAt: Date | null;
  readonly lastRun: DagRun | null;
}

/** Runs, newest first. */
export async function listRuns(db: Knex, filter: RunFilter): Promise<readonly DagRun[]> {
  const query = db
    .withSchema(schedulerSchema)
    .from('dag_run')
    .orderBy([
      { column: 'run_after', order: 'desc' },
      { column: 'queued_at', order: 'desc' },
    ])
    .limit(filter.limit ?? 25);
  if (filter.dagId !== undefined) void query.where('dag_id', filter.dagId);
  if (filter.state !== undefined) void query.where('state', filter.state);
  const at = db.raw('coalesce(logical_date, run_after)');
  if (filter.from !== undefined) void query.where(at, '>=', filter.from);
  if (filter.to !== undefined) void query.where(at, '<=', filter.to);
  if (filter.backfill === false) void query.whereNot('run_type', 'backfill').whereNull('backfill_id');
  const rows: DagRunRow[] = await query.select('*');
  return rows.map(toDagRun);
}

/** One run, or undefined. */
export async function findRun(db: Knex, { dagId, runId }: RunKey): Promise<DagRun | undefined> {
  const row = await db
    .withSchema(schedulerSchema)
    .from('dag_run')
    .where({ dag_id: dagId, run_id: runId })
    .first<DagRunRow | undefined>('*');
  return row === undefined ? undefined : toDagRun(row);
}

/** The run of a logical date, or undefined. */
export async function findRunAt(db: Knex, dagId: string, logicalDate: Date): Promise<DagRun | undefined> {
  const row = await db
    .withSchema(schedulerSchema)
    .from('dag_run')
    .where({ dag_id: dagId, logical_date: logicalDate })
    .first<DagRunRow | undefined>('*');
  return row === undefined ? undefined : toDagRun(row);
}

/** Task instances of one run, in no particular order. */
export async function listTaskInstances(
  db: Knex,
  { dagId, runId }: RunKey,
): Promise<readonly TaskInstance[]> {
  const newestError = db.raw(
    `(select attempt.error from scheduler.task_attempt attempt
       where attempt.dag_id = ti.dag_id and attempt.run_id = ti.run_id and attempt.task_id = ti.task_id
         and attempt.map_index = ti.map_index
         and attempt.error is not null and ti.state in ('failed', 'up_for_retry')
       order by attempt.try_number desc, attempt.ended_at desc limit 1) as error`,
  );
  const rows = await db
    .withSchema(schedulerSchema)
    .from('task_instance as ti')
    .where({ dag_id: dagId, run_id: runId })
    .select<(TaskInstanceRow & { error: TaskError | null })[]>('ti.*', newestError);
  return rows.map(toTaskInstance);
}

/** Status of every DAG the store knows, by id. */
export async function readDagStatus(db: Knex): Promise<ReadonlyMap<string, DagStatus>> {
  const dags: { dag_id: string; is_paused: boolean; next_dagrun_create_after: Date | null }[] = await db
    .withSchema(schedulerSchema)
    .from('dag')
    .select('*');
  // One look into the index for each DAG, however many runs it has had.
  const newest: { rows: DagRunRow[] } = await db.raw(
    `select run.* from scheduler.dag dag, lateral (
       select * from scheduler.dag_run run where run.dag_id = dag.dag_id order by run_after desc limit 1) as run`,
  );
  const lastRuns = new Map(newest.rows.map((row) => [row.dag_id, toDagRun(row)]));
  return new Map(
    dags.map((row) => [
      row.dag_id,
      {
        paused: row.is_paused,
        nextRunAt: row.next_dagrun_create_after,
        lastRun: lastRuns.get(row.dag_id) ?? null,
      },
    ]),
  );
}

/** When the next waiting task instance of a running run comes back; null if none waits. */
export async function nextDueAt(db: Knex): Promise<Date | null> {
  const row = await db
    .withSchema(schedulerSchema)
    .from('task_instance as ti')
    .join('dag_run as run', { 'run.dag_id': 'ti.dag_id', 'run.run_id': 'ti.run_id' })
    .where('run.state', 'running')
    .whereIn('ti.state', ['up_for_retry', 'up_for_reschedule'])
    .min<{ due: Date | null }[]>('ti.next_attempt_at as due');
  return row[0]?.due ?? null;
}

/** When the newest successful run of a DAG began and ended. Newest by start: it has seen the most. */
export async function latestSuccess(
  db: Knex,
  dagId: string,
): Promise<{ readonly startDate: Date; readonly endDate: Date } | undefined> {
  return await db
    .withSchema(schedulerSchema)
    .from('dag_run')
    .where({ dag_id: dagId, state: 'success' })
    .whereNotNull('start_date')
    .orderBy('start_date', 'desc')
    .first<{ startDate: Date; endDate: Date } | undefined>('start_date as startDate', 'end_date as endDate');
}

/** The newest run of a DAG before that logical date that succeeded. */
export async function previousSuccess(
  db: Knex,
  { dagId, logicalDate }: { readonly dagId: string; readonly logicalDate: Date | null },
): Promise<PreviousSuccess | undefined> {
  if (logicalDate === null) return undefined;
  return await db
    .withSchema(schedulerSchema)
    .from('dag_run')
    .where({ dag_id: dagId, state: 'success' })
    .where('logical_date', '<', logicalDate)
    .orderBy('logical_date', 'desc')
    .first<PreviousSuccess | undefined>(
      'data_interval_start as dataIntervalStart',
      'data_interval_end as dataIntervalEnd',
      'start_date as startDate',
      'end_date as endDate',
    );
}

/** When each of these assets was produced last; those that never were are missing. */
export async function newestAssetEvents(
  db: Knex,
  names: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  const result: { rows: { asset: string; at: Date }[] } = await db.raw(
    `select named.asset, newest.created_at as at from unnest(cast(? as text[])) as named (asset), lateral (
       select created_at from scheduler.asset_event event
        where event.asset = named.asset order by created_at desc limit 1) as newest`,
    [[...names]],
  );
  return new Map(result.rows.map(({ asset, at }) => [asset, at]));
}
