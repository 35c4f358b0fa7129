import type { Knex } from 'knex';
import type { AssetEvent, ExternalTasks } from '../authoring/scheduler-access.ts';
import type { DagRunState, TaskInstanceState } from '../core/states.ts';
import { schedulerSchema } from './migrations.ts';

/** States of tasks of a DAG, or of its runs, at logical dates. */
export async function statesAt(
  db: Knex,
  { dagId, taskIds, logicalDates }: ExternalTasks,
): Promise<readonly (TaskInstanceState | DagRunState | null)[]> {
  const runs = db
    .withSchema(schedulerSchema)
    .from('dag_run as run')
    .where('run.dag_id', dagId)
    .whereIn('run.logical_date', [...logicalDates]);
  if (taskIds.length === 0) {
    const rows = await runs.select<{ state: DagRunState }[]>('run.state');
    return rows.map((row) => row.state);
  }
  const rows = await runs
    .join('task_instance as ti', { 'ti.dag_id': 'run.dag_id', 'ti.run_id': 'run.run_id' })
    .whereIn('ti.task_id', [...taskIds])
    .select<{ state: TaskInstanceState | null }[]>('ti.state');
  return rows.map((row) => row.state);
}

/** When an asset was produced last, and by what. */
export async function latestAssetEvent(db: Knex, asset: string): Promise<AssetEvent | undefined> {
  return await db
    .withSchema(schedulerSchema)
    .from('asset_event')
    .where({ asset })
    .orderBy('created_at', 'desc')
    .first<AssetEvent | undefined>(
      'created_at as createdAt',
      'source_dag_id as dagId',
      'source_run_id as runId',
      'source_task_id as taskId',
    );
}
