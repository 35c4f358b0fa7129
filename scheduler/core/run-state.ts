import type { DagGraph } from './graph.ts';
import { factsOf } from './states.ts';
import type { TaskInstanceState } from './states.ts';

/** How a run ends, with the reason to show. */
export interface RunResult {
  readonly state: 'success' | 'failed';
  readonly reason: string;
}

/**
 * The result of a run, or undefined while it goes on. The leaves alone decide: a failed task in the middle that an
 * all_done leaf cleans up after gives a green run. Unfinished tasks that nothing can ever start are a deadlock.
 */
export function runResult(
  graph: DagGraph,
  states: ReadonlyMap<string, TaskInstanceState | null>,
): RunResult | undefined {
  const stateOf = (taskId: string): TaskInstanceState | null => states.get(taskId) ?? null;
  const unfinished = graph.order.filter((taskId) => !factsOf(stateOf(taskId)).finished);
  if (unfinished.length > 0) {
    const stuck = unfinished.every((taskId) => stateOf(taskId) === null);
    return stuck
      ? { state: 'failed', reason: `deadlock: nothing can start ${unfinished.join(', ')}` }
      : undefined;
  }
  const failedLeaves = graph.leaves.filter((taskId) => factsOf(stateOf(taskId)).failure);
  if (failedLeaves.length === 0) return { state: 'success', reason: 'all leaves succeeded or were skipped' };
  const failed = graph.order.filter((taskId) => stateOf(taskId) === 'failed');
  return { state: 'failed', reason: `failed: ${(failed.length > 0 ? failed : failedLeaves).join(', ')}` };
}
