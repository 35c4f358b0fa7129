import type { Knex } from 'knex';
import { assetNames } from '../authoring/asset.ts';
import { describeSchedule } from '../authoring/describe-schedule.ts';
import type { Schedule } from '../authoring/schedule.ts';
import type { DataInterval } from '../core/timetables/timetable.ts';
import type { LoadedDag } from '../core/validate-dag.ts';
import { schedulerSchema } from './migrations.ts';

/** A DAG with the schedule in force, which the command line may have put in place of its own. */
export interface ScheduledDag {
  readonly dag: LoadedDag;
  readonly schedule: Schedule;
}

/** Makes the store know the loaded DAGs: a row each, kept as it is if there, and the assets it is scheduled on. */
export async function registerDags(db: Knex, dags: readonly ScheduledDag[], now: Date): Promise<void> {
  if (dags.length === 0) return;
  // In one order, so that of two schedulers which begin at once neither waits for the other in a circle.
  const rows = dags
    .map(({ dag, schedule }) => ({ dag_id: dag.definition.dagId, schedule: describeSchedule(schedule) }))
    .toSorted((a, b) => (a.dag_id < b.dag_id ? -1 : 1));
  const assets = dags.flatMap(({ dag, schedule }) =>
    schedule !== null && 'condition' in schedule
      ? assetNames(schedule.condition).map((asset) => ({ dag_id: dag.definition.dagId, asset }))
      : [],
  );
  await db.transaction(async (trx) => {
    // A new schedule voids the tick that the old one led to.
    await trx.raw(
      `insert into scheduler.dag (dag_id, schedule, first_seen_at)
       select dag_id, schedule, :now from jsonb_to_recordset(:rows::jsonb) as r (dag_id text, schedule text)
       on conflict (dag_id) do update set schedule = excluded.schedule, next_dagrun_create_after =
         case when dag.schedule = excluded.schedule then dag.next_dagrun_create_after end`,
      { now, rows: JSON.stringify(rows) },
    );
    const given = `select * from jsonb_to_recordset(:assets::jsonb) as a (dag_id text, asset text)`;
    const bindings = { assets: JSON.stringify(assets), dagIds: rows.map((row) => row.dag_id) };
    await trx.raw(
      `delete from scheduler.dag_schedule_asset
        where dag_id = any(:dagIds) and (dag_id, asset) not in (${given})`,
      bindings,
    );
    await trx.raw(`insert into scheduler.dag_schedule_asset ${given} on conflict do nothing`, bindings);
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

/** The interval of two columns that are null together. */
export function intervalOf(start: Date | null, end: Date | null): DataInterval | null {
  return start === null || end === null ? null : { start, end };
}
