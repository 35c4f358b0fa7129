import type { Knex } from 'knex';
import { schedulerSchema } from './migrations.ts';
import type { TaskKey } from './rows.ts';

/** What a task of a run returned: one value, or those of the instances of a mapped task in map-index order. */
export interface ReturnedValues {
  readonly isMapped: boolean;
  readonly values: readonly unknown[];
  /** Which instance returned each of the values. */
  readonly indexes: readonly number[];
}

/** Values of instances that succeeded; what an instance that was since taken away returned does not count. */
export async function readReturned(db: Knex, key: TaskKey): Promise<ReturnedValues> {
  const rows: { map_index: number; value: unknown; state: string | null }[] = await db
    .withSchema(schedulerSchema)
    .from('task_instance as ti')
    .leftJoin('xcom', (join) => {
      for (const column of ['dag_id', 'run_id', 'task_id', 'map_index']) {
        join.on(`xcom.${column}`, `ti.${column}`);
      }
      join.onVal('xcom.key', 'return_value');
    })
    .where({ 'ti.dag_id': key.dagId, 'ti.run_id': key.runId, 'ti.task_id': key.taskId })
    .orderBy('ti.map_index')
    .select('ti.map_index', 'ti.state', 'xcom.value');
  const instances = rows.filter((row) => row.map_index >= 0 && row.state !== 'removed');
  const isMapped = instances.length > 0;
  const counted = isMapped
    ? instances.filter((row) => row.state === 'success')
    : rows.filter((row) => row.map_index < 0);
  const returned = counted.filter(({ value }) => value !== null);
  return {
    isMapped,
    values: returned.map(({ value }) => value),
    indexes: returned.map((row) => row.map_index),
  };
}
