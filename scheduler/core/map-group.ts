import type { LoadedDag } from './validate-dag.ts';

/** The tasks that get the same instances as this one: those of its mapped group, else itself. */
export function tasksMappedWith({ definition, tasks }: LoadedDag, taskId: string): readonly string[] {
  const group = tasks.get(taskId)?.mapGroup;
  if (group === undefined) return [taskId];
  return definition.tasks.flatMap((each) => (each.mapGroup === group ? [each.taskId] : []));
}
