import type { Knex } from 'knex';
import type { Clock } from '../lib/clock.ts';
import type { Alteration, RecordedRun } from './core/alteration.ts';
import { planClear } from './core/plan-clear.ts';
import type { ClearSelection } from './core/plan-clear.ts';
import { planMark } from './core/plan-mark.ts';
import type { MarkedState } from './core/plan-mark.ts';
import type { TaskSelection } from './core/select-tasks.ts';
import type { LoadedDag } from './core/validate-dag.ts';
import { schedulerErrors } from './errors.ts';
import type { Executor } from './executor/executor.ts';
import { mustTask } from './must-task.ts';
import { alterRuns } from './store/alter.ts';
import type { RunScope } from './store/alter.ts';
import { notifyWake } from './store/presence.ts';

/** Says what would change, and changes nothing. */
interface DryRun {
  readonly dryRun?: boolean | undefined;
}

export type ClearOptions = RunScope & ClearSelection & DryRun;
export type MarkOptions = RunScope & TaskSelection & DryRun & { readonly state: MarkedState };

/** What people do to runs by hand. Each tells everything it changed, or would. */
export interface AlterCommands {
  /** Makes tasks start over. */
  readonly clearTasks: (options: ClearOptions) => Promise<Alteration>;
  /** Makes tasks count as succeeded or failed, whatever they did. */
  readonly markTasks: (options: MarkOptions) => Promise<Alteration>;
}

/** Builds them over a store; attempts that run in this process are stopped at once. */
export function createAlterCommands(input: {
  readonly control: Knex;
  readonly clock: Clock;
  readonly mustDag: (dagId: string) => LoadedDag;
  readonly abort: Executor['abort'];
}): AlterCommands {
  const { control, clock } = input;
  const alter = async (
    options: RunScope & TaskSelection & DryRun,
    plan: (dag: LoadedDag, runs: readonly RecordedRun[]) => Alteration,
  ): Promise<Alteration> => {
    const dag = input.mustDag(options.dagId);
    refuseUnknown(dag, options.taskIds ?? []);
    refuseUnmapped(dag, options);
    const { tokens, ...alteration } = await alterRuns(control, {
      scope: options,
      plan: (runs) => {
        refuseMissing(runs, options);
        return plan(dag, runs);
      },
      now: clock.now(),
      dryRun: options.dryRun ?? false,
    });
    for (const token of tokens) input.abort(token, 'marked');
    if (options.dryRun !== true) await notifyWake(control);
    return alteration;
  };
  return {
    clearTasks: async (options) => await alter(options, (dag, runs) => planClear(dag, runs, options)),
    markTasks: async (options) => await alter(options, (dag, runs) => planMark(dag, runs, options)),
  };
}

function refuseUnknown({ definition, graph, tasks }: LoadedDag, taskIds: readonly string[]): void {
  const unknown = taskIds.find((taskId) => !tasks.has(taskId));
  if (unknown === undefined) return;
  const remedy = `Tasks of ${definition.dagId}: ${graph.order.join(', ')}.`;
  throw schedulerErrors.error('TASK_NOT_FOUND', { message: `no task ${unknown}`, remedy });
}

function refuseUnmapped(dag: LoadedDag, { taskIds, mapIndex }: TaskSelection): void {
  if (mapIndex === undefined) return;
  if (taskIds === undefined) {
    const remedy = 'Name the mapped task with `--task`.';
    throw schedulerErrors.error('TASK_NOT_FOUND', { message: 'an index without a task', remedy });
  }
  for (const taskId of taskIds) mustTask(dag, { taskId, mapIndex });
}

/** Who mistypes an index is not to hear that nothing had to be done. */
function refuseMissing(runs: readonly RecordedRun[], { taskIds = [], mapIndex }: TaskSelection): void {
  if (mapIndex === undefined) return;
  const all = runs.flatMap((run) => run.instances);
  const missing = taskIds.find(
    (taskId) => !all.some((each) => each.taskId === taskId && each.mapIndex === mapIndex),
  );
  if (missing === undefined) return;
  throw schedulerErrors.error('TASK_NOT_FOUND', {
    message: `no run that is meant has ${missing}[${mapIndex}]`,
    remedy: 'List what a run has with `shopwave tasks states-for-dag-run DAG RUN`.',
  });
}
