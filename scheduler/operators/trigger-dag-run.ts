import { createHash } from 'node:crypto';
import type { SensorArgs, SensorTask, TaskContext } from '../authoring/task.ts';
import { runIdOf } from '../core/plan-dag.ts';
import type { DagRunState } from '../core/states.ts';
import { operatorErrors } from './errors.ts';

type Conf = Readonly<Record<string, unknown>>;

/** Arguments of a task that runs another DAG; a sensor's too, for the wait. `dagId`, `runId`, `conf` are templates. */
export interface TriggerDagRunArgs<Services> extends SensorArgs {
  readonly dagId: string;
  /** What the run is triggered with; {}. */
  readonly conf?: Conf | ((context: TaskContext<Services>) => Conf | Promise<Conf>);
  /** A run of this id that is there already is not made again; an id of its own for each time the task is cleared. */
  readonly runId?: string;
  /** Wait for the end of that run, without a slot; false. */
  readonly waitForCompletion?: boolean;
  /** States of the run in which the wait is over; success. In any other final state the task fails. */
  readonly allowedStates?: readonly DagRunState[];
}

type TriggerFields<Services> = {
  readonly dagId: string;
  readonly runId: string | undefined;
  readonly conf: NonNullable<TriggerDagRunArgs<Services>['conf']>;
};

/**
 * Triggers a run of another DAG and returns its id. Repeated after a failure it finds the run that it made; cleared, it
 * makes a new one. A run that failed is not waited for again: it has retries of its own.
 */
export function triggerDagRun<Services>(
  args: TriggerDagRunArgs<Services>,
): SensorTask<Services, string, TriggerFields<Services>> {
  const { dagId: target, conf: given = {}, runId: wanted, ...rest } = args;
  const { waitForCompletion = false, allowedStates = ['success'], ...sensor } = rest;
  return {
    pokeInterval: '10s',
    ...sensor,
    templates: { dagId: target, runId: wanted, conf: given },
    poke: async (context, { dagId, runId, conf }) => {
      const { scheduler, logger } = context;
      const id = runId ?? triggeredRunId(context);
      const isRecorded = await scheduler.triggerDag(dagId, { runId: id, conf });
      if (!isRecorded || !waitForCompletion) {
        logger.info(isRecorded ? `triggered ${dagId}, run ${id}` : `a test does not trigger ${dagId}`);
        return { isDone: true, value: id };
      }
      const state = await scheduler.runState(dagId, id);
      logger.info(`run ${id} of ${dagId} is ${state ?? 'gone'}`);
      if (state !== undefined && allowedStates.includes(state)) return { isDone: true, value: id };
      if (state === 'queued' || state === 'running') return false;
      throw triggeredRunFailed(dagId, id, state);
    },
  };
}

/** The same for every try and poke, another one after a clear and for every other task, or instance of a mapped one. */
function triggeredRunId({ dagId, runId, taskId, mapIndex, waitingSince }: TaskContext<unknown>): string {
  const instance = mapIndex < 0 ? taskId : `${taskId}/${mapIndex}`;
  const origin = createHash('sha1').update(`${dagId}/${runId}/${instance}`).digest('hex').slice(0, 8);
  return `${runIdOf('manual', waitingSince)}_${origin}`;
}

function triggeredRunFailed(dagId: string, runId: string, state: string | undefined): Error {
  const message = `run ${runId} of ${dagId} is ${state ?? 'gone'}`;
  return operatorErrors.error('TRIGGERED_RUN_FAILED', { message });
}
