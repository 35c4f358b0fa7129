import type { AnyTask } from './authoring/definition.ts';
import { mappingOf } from './core/mapping.ts';
import type { LoadedDag } from './core/validate-dag.ts';
import { schedulerErrors } from './errors.ts';

/** A task of which one instance is meant; throws TASK_NOT_FOUND, also for an index too much or too little, as Airflow does. */
export function mustTask(
  { definition, graph, tasks }: LoadedDag,
  { taskId, mapIndex }: { readonly taskId: string; readonly mapIndex: number },
): AnyTask {
  const { dagId } = definition;
  const task = tasks.get(taskId);
  if (task === undefined) {
    const remedy = `Tasks of the DAG: ${graph.order.join(', ')}.`;
    throw schedulerErrors.error('TASK_NOT_FOUND', { message: `${dagId} has no task ${taskId}`, remedy });
  }
  const isMapped = mappingOf(task) !== undefined;
  if (isMapped === mapIndex >= 0) return task;
  throw schedulerErrors.error('TASK_NOT_FOUND', {
    message: isMapped
      ? `${dagId}.${taskId} is mapped: it runs once for each value`
      : `${dagId}.${taskId} is not mapped: it has no instance ${mapIndex}`,
    remedy: isMapped ? 'Say which instance with `--map-index`, from 0 on.' : 'Leave `--map-index` out.',
  });
}
