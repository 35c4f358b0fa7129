import { runResult } from './run-state.ts';
import type { TaskInstanceState } from './states.ts';
import { taskVerdict } from './task-verdict.ts';
import type { TaskStates } from './task-verdict.ts';
import type { LoadedDag } from './validate-dag.ts';

/**
 * What is allowed and probably not meant: tasks that can fail without the run failing, because only its leaves count.
 * Found by playing each failure through, everything else going well.
 */
export function greenFailures(dag: LoadedDag): readonly string[] {
  if (dag.definition.tasks.every((task) => task.triggerRule === 'all_success')) return [];
  const hidden = dag.graph.order.filter((taskId) => {
    const task = dag.tasks.get(taskId);
    const isExempt = task === undefined || (task.isTeardown && !task.onFailureFailDagrun);
    return !isExempt && runResult(dag, play(dag, taskId)).state === 'success';
  });
  return hidden.map((taskId) => {
    return `DAG ${dag.definition.dagId}: if task ${taskId} fails its run still succeeds, as only leaves count; set runPolicy: 'any_failed' if it should not`;
  });
}

function play(dag: LoadedDag, failing: string): TaskStates {
  const states = new Map<string, readonly TaskInstanceState[]>();
  for (const taskId of dag.graph.order) {
    const verdict = taskVerdict(dag, { taskId, mapIndex: -1 }, states);
    const ran = taskId === failing ? 'failed' : 'success';
    states.set(taskId, [verdict.kind === 'mark' ? verdict.state : ran]);
  }
  return states;
}
