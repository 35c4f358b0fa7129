import { joinAlterations } from './alteration.ts';
import type { Alteration, RecordedInstance, RecordedRun, TaskAlteration } from './alteration.ts';
import { instanceFilter, selectTasks, withSetups } from './select-tasks.ts';
import type { SelectedTasks, TaskSelection } from './select-tasks.ts';
import { factsOf, isRunFinished } from './states.ts';
import type { LoadedDag } from './validate-dag.ts';

/** What to run again. */
export interface ClearSelection extends TaskSelection {
  /** Only what failed or is upstream_failed. */
  readonly onlyFailed?: boolean | undefined;
  /** Only what runs right now. */
  readonly onlyRunning?: boolean | undefined;
}

/**
 * What clearing does; pure. A running instance goes to restarting, any other loses its state; retries are granted
 * anew. A finished run opens again.
 */
export function planClear(
  dag: LoadedDag,
  runs: readonly RecordedRun[],
  selection: ClearSelection,
): Alteration {
  const selected = withSetups(dag, selectTasks(dag, selection));
  const isMeant = instanceFilter(dag, selection);
  const isCleared = (each: RecordedInstance): boolean => isMeant(each) && isClearable(each, selection);
  return joinAlterations(runs.map((run) => clearRun(dag, run, { selected, isCleared })));
}

function clearRun(
  dag: LoadedDag,
  run: RecordedRun,
  input: { readonly selected: SelectedTasks; readonly isCleared: (each: RecordedInstance) => boolean },
): Alteration {
  const tasks = [...input.selected].flatMap(([taskId, why]) =>
    run.instances
      .filter((each) => each.taskId === taskId && input.isCleared(each))
      .map((each) => clearInstance(dag, run.runId, { ...each, why })),
  );
  return { tasks, runs: reopened(run, tasks, 'tasks of it are cleared') };
}

/** One instance that starts over. */
export function clearInstance(
  dag: LoadedDag,
  runId: string,
  { taskId, mapIndex, state, tryNumber, why }: RecordedInstance & { readonly why: string },
): TaskAlteration {
  const retries = dag.tasks.get(taskId)?.retryPolicy.retries ?? 0;
  const to = state === 'running' ? 'restarting' : null;
  return { runId, taskId, mapIndex, from: state, to, maxTries: tryNumber + retries, why };
}

/** A finished run in which something changes is not over any more. */
export function reopened(
  { runId, state }: RecordedRun,
  tasks: readonly TaskAlteration[],
  why: string,
): Alteration['runs'] {
  return tasks.length > 0 && isRunFinished(state) ? [{ runId, from: state, to: 'queued', why }] : [];
}

/** What never started, or starts over already, has nothing to clear. */
function isClearable(
  { state, mapIndex }: RecordedInstance,
  { onlyFailed, onlyRunning }: ClearSelection,
): boolean {
  // What a shorter list took away from a mapped task comes back with its value, not by hand.
  if (state === null || state === 'restarting' || (state === 'removed' && mapIndex >= 0)) return false;
  if (onlyFailed !== true && onlyRunning !== true) return true;
  return (onlyFailed === true && factsOf(state).failure) || (onlyRunning === true && state === 'running');
}
