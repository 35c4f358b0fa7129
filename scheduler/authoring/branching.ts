import type { BranchTask, ShortCircuitTask } from './branch-task.ts';
import type { TaskWork } from './definition.ts';
import type { TaskArgs, TaskHandle } from './task.ts';

/** Adds tasks that decide which others run. */
export interface BranchingBuilder<Services> {
  readonly branch: <Name extends string>(
    taskId: string,
    task: BranchTask<Services, Name>,
  ) => TaskHandle<readonly string[]>;
  readonly shortCircuit: (taskId: string, task: ShortCircuitTask<Services>) => TaskHandle<boolean>;
  /** Skips what is right below unless the run is the newest that time asks for. A manual run always goes on. */
  readonly latestOnly: (taskId: string, task?: TaskArgs) => TaskHandle<never>;
  /** Does nothing: a place where others meet. */
  readonly empty: (taskId: string, task?: TaskArgs) => TaskHandle<never>;
}

/** How a task of any kind gets into the DAG. */
export type AddTask<Services> = <Output>(
  taskId: string,
  task: TaskArgs,
  work: TaskWork<Services>,
) => TaskHandle<Output>;

/** The branching part of a DAG's builder. */
export function branchingBuilder<Services>(add: AddTask<Services>): BranchingBuilder<Services> {
  return {
    branch: (taskId, { choices, choose, ...task }) => {
      const named = Object.entries<TaskHandle>(choices);
      const ids = new Map(named.map(([name, handle]) => [name, handle.taskId]));
      const branch = add<readonly string[]>(taskId, task, { kind: 'branch', choose, choices: ids });
      return branch.before(...named.map(([, handle]) => handle));
    },
    shortCircuit: (taskId, { condition, ignoreDownstreamTriggerRules, ...task }) => {
      const reach = ignoreDownstreamTriggerRules === false ? 'direct' : 'all';
      return add(taskId, task, { kind: 'short_circuit', condition, reach });
    },
    latestOnly: (taskId, task = {}) => add(taskId, task, { kind: 'latest_only' }),
    empty: (taskId, task = {}) => add(taskId, task, { kind: 'empty' }),
  };
}
