import type { Knex } from 'knex';
import { mappingOf } from '../core/mapping.ts';
import type { MapLengths } from '../core/run-plan.ts';
import type { LoadedDag } from '../core/validate-dag.ts';
import type { RunKey } from './rows.ts';

/** How many values the tasks of a run returned that others are mapped over; read only where a DAG has such tasks. */
export async function readMapLengths(
  db: Knex,
  { dagId, runId }: RunKey,
  dag: LoadedDag,
): Promise<MapLengths> {
  const sources = dag.definition.tasks.flatMap(({ taskId, isMapSource }) => (isMapSource ? [taskId] : []));
  if (sources.length === 0) return new Map();
  // Of a source that is mapped itself every instance that succeeded gives one value, whatever that is.
  const result: { rows: { taskId: string; length: number | null }[] } = await db.raw(
    `select xcom.task_id as "taskId",
            case when xcom.task_id = any(:whole)
                 then max(case when jsonb_typeof(value) = 'array' then jsonb_array_length(value) end)
                 else count(*) end::int as length
       from scheduler.xcom
       join scheduler.task_instance ti using (dag_id, run_id, task_id, map_index)
      where xcom.dag_id = :dagId and xcom.run_id = :runId and xcom.key = 'return_value'
        and xcom.task_id = any(:sources) and ti.state = 'success' and (xcom.map_index < 0) = (xcom.task_id = any(:whole))
      group by xcom.task_id`,
    { dagId, runId, sources, whole: sources.filter((id) => mappingOf(dag.tasks.get(id)) === undefined) },
  );
  return new Map(result.rows.map((row) => [row.taskId, row.length]));
}
