import type { AnyTask } from '../authoring/definition.ts';
import type { TaskInstanceState } from './states.ts';
import type { TaskStates } from './task-verdict.ts';
import type { LoadedDag } from './validate-dag.ts';

/** The run before this one, as far as tasks with dependsOnPast care; null for the first run. */
export type PastRun = {
  readonly runId: string;
  readonly states: TaskStates;
  /** Tasks that any earlier run had. A task that is new to its DAG has no past to wait for. */
  readonly seenBefore: ReadonlySet<string>;
} | null;

const isGood = (state: TaskInstanceState | null | undefined): boolean =>
  state === 'success' || state === 'skipped';

/** Whether any task of the DAG looks at the run before. */
export function looksBack(task: AnyTask): boolean {
  return task.dependsOnPast || task.waitForDownstream;
}

/** What of the run before keeps a task from starting, in words; undefined if nothing does. */
export function waitsForPast(dag: LoadedDag, task: AnyTask, past: PastRun): string | undefined {
  if (past === null || !looksBack(task)) return undefined;
  const { taskId } = task;
  const show = (id: string): string =>
    `${id} is ${past.states.get(id) ?? 'not started'} in run ${past.runId}`;
  if (past.states.has(taskId) ? !isGood(past.states.get(taskId)) : past.seenBefore.has(taskId)) {
    return `it depends on its past, and ${show(taskId)}`;
  }
  if (!task.waitForDownstream) return undefined;
  const open = (dag.graph.downstream.get(taskId) ?? []).find(
    (id) => past.states.has(id) && !isGood(past.states.get(id)),
  );
  return open === undefined ? undefined : `it waits for what depends on it, and ${show(open)}`;
}
