import type { BranchTask, ShortCircuitTask } from './branch-task.ts';
import type { TaskWork } from './definition.ts';
import { branchWork, shortCircuitWork } from './resolve-task.ts';
import { mustKnowArguments } from './task-arguments.ts';
import type { TaskArgs, TaskHandle } from './task.ts';
import type { NoFields, TemplateFields } from './template-fields.ts';

/** Adds tasks that decide which others run. */
export interface BranchingBuilder<Services> {
  readonly branch: <Name extends string, Fields extends TemplateFields = NoFields>(
    taskId: string,
    task: BranchTask<Services, Name, Fields>,
  ) => TaskHandle<readonly string[]>;
  readonly shortCircuit: <Fields extends TemplateFields = NoFields>(
    taskId: string,
    task: ShortCircuitTask<Services, Fields>,
  ) => TaskHandle<boolean>;
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
    branch: (taskId, task) => {
      mustKnowArguments('branch', taskId, task);
      const named = Object.entries<TaskHandle>(task.choices);
      const branch = add<readonly string[]>(taskId, task, branchWork(task));
      return branch.before(...named.map(([, handle]) => handle));
    },
    shortCircuit: (taskId, task) => {
      mustKnowArguments('shortCircuit', taskId, task);
      return add(taskId, task, shortCircuitWork(task));
    },
    latestOnly: (taskId, task = {}) => {
      mustKnowArguments('latestOnly', taskId, task);
      return add(taskId, task, { kind: 'latest_only' });
    },
    empty: (taskId, task = {}) => {
      mustKnowArguments('empty', taskId, task);
      return add(taskId, task, { kind: 'empty' });
    },
  };
}
