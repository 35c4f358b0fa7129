import { factsOf } from './states.ts';
import { statesOfTask } from './task-verdict.ts';
import type { TaskStates } from './task-verdict.ts';
import type { LoadedDag } from './validate-dag.ts';

/** How a run ends, with the reason to show. */
export interface RunResult {
  readonly state: 'success' | 'failed';
  readonly reason: string;
}

/**
 * The result of a run whose tasks are all finished. By default the leaves alone decide: a failed task in the middle
 * that an all_done leaf cleans up after gives a green run.
 */
export function runResult(dag: LoadedDag, states: TaskStates): RunResult {
  const { runPolicy } = dag.definition;
  const deciding =
    runPolicy === 'leaves' ? effectiveLeaves(dag) : dag.graph.order.filter((id) => counts(dag, id));
  const bad = deciding.filter((id) => statesOfTask(states, id).some((state) => factsOf(state).failure));
  if (bad.length === 0) {
    const what = runPolicy === 'leaves' ? 'all leaves' : 'all tasks';
    return { state: 'success', reason: `${what} succeeded or were skipped` };
  }
  const failed = dag.graph.order.filter((id) => statesOfTask(states, id).includes('failed'));
  return { state: 'failed', reason: `failed: ${(failed.length > 0 ? failed : bad).join(', ')}` };
}

/** The result of a run in which nothing runs and nothing can ever start. */
export function deadlock(stuck: readonly string[]): RunResult {
  return { state: 'failed', reason: `deadlock: nothing can start ${stuck.join(', ')}` };
}

/** A teardown's failure does not count unless it says so. */
function counts({ tasks }: LoadedDag, taskId: string): boolean {
  const task = tasks.get(taskId);
  return task !== undefined && (!task.isTeardown || task.onFailureFailDagrun);
}

/** Tasks that nothing which counts depends on; in a DAG of teardowns alone its ordinary leaves. */
function effectiveLeaves(dag: LoadedDag): readonly string[] {
  const { graph } = dag;
  const leaves = graph.order.filter((taskId) => {
    return counts(dag, taskId) && (graph.downstream.get(taskId) ?? []).every((id) => !counts(dag, id));
  });
  return leaves.length > 0 ? leaves : graph.leaves;
}
