import { joinAlterations } from './alteration.ts';
import type { Alteration, RecordedInstance, RecordedRun } from './alteration.ts';
import { closure } from './graph.ts';
import { clearInstance, reopened } from './plan-clear.ts';
import { instanceFilter, selectTasks } from './select-tasks.ts';
import type { TaskSelection } from './select-tasks.ts';
import { factsOf } from './states.ts';
import type { LoadedDag } from './validate-dag.ts';

/** What somebody says a task is to count as. */
export type MarkedState = 'success' | 'failed';

/**
 * What marking does; pure. The selected instances get the state, whatever they were; a running attempt is stopped and
 * its report is void. What failed below a task that is marked success is cleared, so that it runs now. A finished run
 * opens again and gets the result that its tasks now have.
 */
export function planMark(
  dag: LoadedDag,
  runs: readonly RecordedRun[],
  options: TaskSelection & { readonly state: MarkedState },
): Alteration {
  return joinAlterations(runs.map((run) => markRun(dag, run, options)));
}

function markRun(
  dag: LoadedDag,
  run: RecordedRun,
  options: TaskSelection & { readonly state: MarkedState },
): Alteration {
  const { state } = options;
  const selected = selectTasks(dag, options);
  const isMeant = instanceFilter(dag, options);
  const { runId } = run;
  const marked = [...selected].flatMap(([taskId, why]) =>
    instancesOf(run, taskId)
      .filter(
        (each) => isMeant(each) && each.state !== state && !(each.state === 'removed' && each.mapIndex >= 0),
      )
      .map(({ mapIndex, state: from }) => {
        return { runId, taskId, mapIndex, from, to: state, maxTries: undefined, why };
      }),
  );
  const markedIds = [...new Set(marked.map((each) => each.taskId))];
  const below = state === 'success' ? [...closure(dag.graph.downstream, markedIds)] : [];
  const freed = dag.graph.order
    .filter((taskId) => below.includes(taskId) && !selected.has(taskId))
    .flatMap((taskId) => instancesOf(run, taskId))
    .filter((each) => isMeant(each) && factsOf(each.state).failure)
    .map((each) =>
      clearInstance(dag, runId, { ...each, why: 'it failed below a task that is marked success' }),
    );
  const tasks = [...marked, ...freed];
  return { tasks, runs: reopened(run, tasks, `tasks of it are marked ${state}`) };
}

/** A run that was never looked at has no instances yet; they are as good as not started. */
function instancesOf(run: RecordedRun, taskId: string): readonly RecordedInstance[] {
  const found = run.instances.filter((each) => each.taskId === taskId);
  return found.length > 0 ? found : [{ taskId, mapIndex: -1, state: null, tryNumber: 0 }];
}
