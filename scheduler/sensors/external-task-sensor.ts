import { parseDurationMs } from '../../lib/duration.ts';
import type { SchedulerAccess } from '../authoring/scheduler-access.ts';
import { TaskSkip } from '../authoring/task.ts';
import type { SensorArgs, SensorTask, TaskContext } from '../authoring/task.ts';
import type { DagRunState, TaskInstanceState } from '../core/states.ts';
import { operatorErrors } from '../operators/errors.ts';

export type ExternalState = TaskInstanceState | DagRunState;

/** Which states of what is waited for mean what. */
export interface ExternalStates {
  /** All in one of these: the wait is over; success. */
  readonly allowedStates?: readonly ExternalState[];
  /** One in one of these: the sensor fails; none, so it waits for a failed task to be cleared. */
  readonly failedStates?: readonly ExternalState[];
  /** One in one of these: the sensor is skipped; none. */
  readonly skippedStates?: readonly ExternalState[];
}

/** Arguments of a sensor that waits for another DAG. `dagId` and `taskIds` are templates. */
export interface ExternalTaskSensorArgs<Services> extends SensorArgs, ExternalStates {
  readonly dagId: string;
  /** Default: the run as a whole. */
  readonly taskIds?: readonly string[];
  /** How long before this run's logical date that of the other run is; '0s'. */
  readonly executionDelta?: string;
  /** Or which logical dates it waits for. Needed where this run has none: manual and asset-triggered runs. */
  readonly logicalDates?: (context: TaskContext<Services>) => readonly Date[];
  /** Fail at once if the DAG, or one of the tasks, does not exist; false. */
  readonly checkExistence?: boolean;
}

type ExternalFields = { readonly dagId: string; readonly taskIds: readonly string[] };

/** Waits for tasks of another DAG, or its run, of the same logical date. */
export function externalTaskSensor<Services>(
  args: ExternalTaskSensorArgs<Services>,
): SensorTask<Services, undefined, ExternalFields> {
  const { dagId: target, taskIds: wanted = [], executionDelta, logicalDates, checkExistence, ...rest } = args;
  const { allowedStates, failedStates, skippedStates, ...sensor } = rest;
  return {
    ...sensor,
    templates: { dagId: target, taskIds: wanted },
    poke: async (context, { dagId, taskIds }) => {
      const { scheduler, logger } = context;
      const tasks = taskIds.length === 0 ? [undefined] : taskIds;
      if (checkExistence === true) await assertExist(scheduler, dagId, tasks);
      const dates = logicalDates?.(context) ?? [dateBefore(context, executionDelta ?? '0s')];
      const found = await scheduler.statesAt({ dagId, taskIds, logicalDates: dates });
      const verdict = judge(found, dates.length * tasks.length, {
        allowedStates,
        failedStates,
        skippedStates,
      });
      logger.info(`${dagId} at ${dates.map((date) => date.toISOString()).join(', ')}: ${verdict}`, { found });
      if (verdict === 'skipped') throw new TaskSkip(`what it waits for in ${dagId} was skipped`);
      if (verdict !== 'failed') return verdict === 'done';
      throw operatorErrors.error('SENSOR_CONDITION_FAILED', {
        message: `what it waits for in ${dagId} failed`,
      });
    },
  };
}

/** What the states of all that is waited for come to; `expected` of them there must be. */
export function judge(
  found: readonly (ExternalState | null)[],
  expected: number,
  states: { readonly [Name in keyof ExternalStates]: ExternalStates[Name] | undefined },
): 'done' | 'failed' | 'skipped' | 'waiting' {
  const { allowedStates = ['success'], failedStates = [], skippedStates = [] } = states;
  const isIn = (list: readonly ExternalState[]) => (state: ExternalState | null) =>
    state !== null && list.includes(state);
  if (found.some(isIn(failedStates))) return 'failed';
  if (found.some(isIn(skippedStates))) return 'skipped';
  return found.filter(isIn(allowedStates)).length >= expected ? 'done' : 'waiting';
}

async function assertExist(
  { hasTask }: SchedulerAccess,
  dagId: string,
  taskIds: readonly (string | undefined)[],
): Promise<void> {
  for (const taskId of taskIds) {
    if (await hasTask(dagId, taskId)) continue;
    const isThere = taskId !== undefined && (await hasTask(dagId));
    const message = isThere ? `${dagId} has no task ${taskId}` : `there is no DAG ${dagId}`;
    throw operatorErrors.error('EXTERNAL_TASK_MISSING', { message });
  }
}

function dateBefore({ logicalDate, runId }: TaskContext<unknown>, delta: string): Date {
  if (logicalDate !== null) return new Date(logicalDate.getTime() - parseDurationMs(delta));
  const message = `run ${runId} has no logical date that the other DAG could have a run for`;
  throw operatorErrors.error('EXTERNAL_DATE_UNKNOWN', { message });
}
