import type { AnyTask } from '../authoring/definition.ts';
import type { TaskInstanceState } from './states.ts';
import { statesOfTask } from './task-verdict.ts';
import type { TaskStates } from './task-verdict.ts';
import type { LoadedDag } from './validate-dag.ts';

/** The run before this one, as far as tasks with dependsOnPast care; null for the first run. */
export type PastRun = {
  readonly runId: string;
  readonly states: TaskStates;
  /** Tasks that any earlier run had. A task that is new to its DAG has no past to wait for. */
  readonly seenBefore: ReadonlySet<string>;
} | null;

const isGood = (state: TaskInstanceState | null): boolean => state === 'success' || state === 'skipped';

/** Whether any task of the DAG looks at the run before. */
export function looksBack(task: AnyTask): boolean {
  return task.dependsOnPast || task.waitForDownstream;
}

/** What of the run before keeps a task from starting, in words; undefined if nothing does. */
export function waitsForPast(dag: LoadedDag, task: AnyTask, past: PastRun): string | undefined {
  if (past === null || !looksBack(task)) return undefined;
  const { taskId } = task;
  // Of a mapped task all instances of the run before count, whatever their index.
  const badOf = (id: string): readonly (TaskInstanceState | null)[] =>
    statesOfTask(past.states, id).filter((state) => !isGood(state));
  const show = (id: string): string => `${id} is ${badOf(id)[0] ?? 'not started'} in run ${past.runId}`;
  if (past.states.has(taskId) ? badOf(taskId).length > 0 : past.seenBefore.has(taskId)) {
    return `it depends on its past, and ${show(taskId)}`;
  }
  if (!task.waitForDownstream) return undefined;
  const open = (dag.graph.downstream.get(taskId) ?? []).find(
    (id) => past.states.has(id) && badOf(id).length > 0,
  );
  return open === undefined ? undefined : `it waits for what depends on it, and ${show(open)}`;
}
