import type { Knex } from 'knex';
import type { DagPlan, NewDagRun, PlanDagInput, QueuedAssetEvent } from '../core/plan-dag.ts';
import { countActive, lockDags } from './dag-locks.ts';
import type { DagRow } from './dag-locks.ts';
import { intervalOf } from './dags.ts';
import type { ScheduledDag } from './dags.ts';
import { insertRuns } from './insert-runs.ts';
import { schedulerSchema } from './migrations.ts';
import type { DagRun } from './rows.ts';

interface PlannedDag {
  readonly dag: ScheduledDag;
  readonly row: DagRow;
  readonly plan: DagPlan;
}

/**
 * Plans the next run of each DAG and creates it, under the locks of the DAGs' rows: with several schedulers exactly one
 * plans a DAG at a time, the others skip it. A DAG without a plan is left as it is. Resolves to the runs created.
 */
export async function createDueRuns(
  db: Knex,
  input: {
    readonly dags: readonly ScheduledDag[];
    readonly now: Date;
    readonly plan: (input: PlanDagInput) => DagPlan | undefined;
  },
): Promise<readonly DagRun[]> {
  return await db.transaction(async (trx) => {
    const planned = await planLocked(trx, input);
    const creating = planned.flatMap(({ dag: { dag }, plan: { create } }) =>
      create === undefined ? [] : [{ definition: dag.definition, run: create, conf: {} }],
    );
    const created = await insertRuns(trx, creating, input.now);
    await consumeEvents(trx, created, planned);
    await moveOn(trx, planned);
    return created;
  });
}

async function planLocked(
  trx: Knex,
  { dags, now, plan }: Parameters<typeof createDueRuns>[1],
): Promise<readonly PlannedDag[]> {
  const rows = await lockDags(trx, dags.map(idOf));
  const locked = dags.filter((dag) => rows.has(idOf(dag)));
  if (locked.length === 0) return [];
  const activeRuns = await countActive(trx, locked.map(idOf), ['queued', 'running']);
  const events = await readQueuedEvents(trx, locked.filter(waitsForAssets).map(idOf));
  return locked.flatMap((dag): readonly PlannedDag[] => {
    const row = rows.get(idOf(dag));
    if (row === undefined) return [];
    const made = plan({
      ...dag,
      now,
      paused: row.is_paused,
      lastInterval: intervalOf(row.last_interval_start, row.last_interval_end),
      activeRuns: activeRuns(idOf(dag)),
      queuedEvents: events.filter(({ dagId }) => dagId === idOf(dag)),
    });
    return made === undefined ? [] : [{ dag, row, plan: made }];
  });
}

const idOf = ({ dag }: ScheduledDag): string => dag.definition.dagId;

const waitsForAssets = ({ schedule }: ScheduledDag): boolean => schedule !== null && 'condition' in schedule;

async function readQueuedEvents(
  trx: Knex,
  dagIds: readonly string[],
): Promise<readonly (QueuedAssetEvent & { readonly dagId: string })[]> {
  if (dagIds.length === 0) return [];
  return await trx
    .withSchema(schedulerSchema)
    .from('asset_event_queue as queue')
    .join('asset_event as event', 'event.id', 'queue.event_id')
    .whereIn('queue.dag_id', [...dagIds])
    .orderBy('event.id')
    .select(
      'queue.dag_id as dagId',
      'event.id as eventId',
      'event.asset as asset',
      'event.data_interval_start as dataIntervalStart',
      'event.data_interval_end as dataIntervalEnd',
    );
}

async function consumeEvents(
  trx: Knex,
  created: readonly DagRun[],
  planned: readonly PlannedDag[],
): Promise<void> {
  for (const { dagId, runId } of created) {
    const eventIds = planned.find(({ dag }) => idOf(dag) === dagId)?.plan.create?.consumes ?? [];
    if (eventIds.length === 0) continue;
    await trx
      .withSchema(schedulerSchema)
      .from('asset_event_queue')
      .where('dag_id', dagId)
      .whereIn('event_id', [...eventIds])
      .delete();
    await trx
      .withSchema(schedulerSchema)
      .into('dag_run_asset_event')
      .insert(eventIds.map((eventId) => ({ dag_id: dagId, run_id: runId, event_id: eventId })));
  }
}

/** Also if a run of that logical date was there already: what it stands for has its run. */
async function moveOn(trx: Knex, planned: readonly PlannedDag[]): Promise<void> {
  const rows = planned.flatMap(({ row, plan: { create, next } }) => {
    const covered = isScheduled(create) ? create : undefined;
    const isSame = next?.runAfter.getTime() === row.next_dagrun_create_after?.getTime();
    if (covered === undefined && isSame) return [];
    return [
      {
        dag_id: row.dag_id,
        next_dagrun_create_after: next?.runAfter ?? null,
        last_interval_start: covered?.dataIntervalStart ?? row.last_interval_start,
        last_interval_end: covered?.dataIntervalEnd ?? row.last_interval_end,
      },
    ];
  });
  if (rows.length === 0) return;
  await trx.raw(
    `update scheduler.dag dag
        set next_dagrun_create_after = moved.next_dagrun_create_after,
            last_interval_start = moved.last_interval_start, last_interval_end = moved.last_interval_end
       from jsonb_to_recordset(?::jsonb) as moved (dag_id text, next_dagrun_create_after timestamptz,
              last_interval_start timestamptz, last_interval_end timestamptz)
      where dag.dag_id = moved.dag_id`,
    [JSON.stringify(rows)],
  );
}

const isScheduled = (create: NewDagRun | undefined): boolean => create?.runType === 'scheduled';
