import { closure } from './graph.ts';
import type { DagGraph } from './graph.ts';

/** What counts towards the priority of a task beside its own weight. */
export type WeightRule = 'downstream' | 'upstream' | 'absolute';

interface WeightedTask {
  readonly taskId: string;
  readonly priorityWeight: number;
  readonly weightRule: WeightRule;
}

/** How urgent each task is: its weight, and by its rule those of all tasks below or above it. Higher goes first. */
export function taskPriorities(tasks: readonly WeightedTask[], graph: DagGraph): ReadonlyMap<string, number> {
  const weights = new Map(tasks.map((task) => [task.taskId, task.priorityWeight]));
  const sum = (ids: ReadonlySet<string>): number =>
    [...ids].reduce((total, id) => total + (weights.get(id) ?? 0), 0);
  return new Map(
    tasks.map(({ taskId, weightRule, priorityWeight }) => {
      if (weightRule === 'absolute') return [taskId, priorityWeight];
      return [taskId, sum(closure(graph[weightRule], [taskId]))];
    }),
  );
}
