import type { Knex } from 'knex';
import type { Clock } from '../../lib/clock.ts';
import type { SchedulerAccess } from '../authoring/scheduler-access.ts';
import { schedulerErrors } from '../errors.ts';
import type { OnSchedulerEvent } from '../events.ts';
import type { ScheduledDag } from '../store/dags.ts';
import { latestAssetEvent, statesAt } from '../store/external.ts';
import { findRun } from '../store/queries.ts';
import { triggerRun } from '../trigger-run.ts';
import type { SchedulerCall } from './process/messages.ts';

/** The scheduler as tasks that run here see it. */
export function createSchedulerAccess(input: {
  readonly control: Knex;
  readonly clock: Clock;
  readonly dags: ReadonlyMap<string, ScheduledDag>;
  readonly onEvent: OnSchedulerEvent;
}): SchedulerAccess {
  const { control, dags } = input;
  return {
    ...readOnlyAccess(control, (dagId) => dags.get(dagId)),
    triggerDag: async (dagId, options) => {
      if ((await findRun(control, { dagId, runId: options.runId })) !== undefined) return true;
      const target = dags.get(dagId);
      if (target === undefined) {
        throw schedulerErrors.error('DAG_NOT_FOUND', { message: `no DAG ${dagId} to trigger` });
      }
      // Somebody else may have made it meanwhile: then it is theirs that counts.
      await triggerRun(input, target, { ...options, mayExist: true });
      return true;
    },
  };
}

/** What a DAG sees that is only tested: what there is, and nothing happens. */
export function readOnlyAccess(
  control: Knex,
  findDag: (dagId: string) => Pick<ScheduledDag, 'dag'> | undefined,
): SchedulerAccess {
  return {
    triggerDag: async () => false,
    runState: async (dagId, runId) => (await findRun(control, { dagId, runId }))?.state,
    hasTask: async (dagId, taskId) => {
      const found = findDag(dagId);
      return found !== undefined && (taskId === undefined || found.dag.tasks.has(taskId));
    },
    statesAt: async (tasks) => await statesAt(control, tasks),
    latestAssetEvent: async ({ name }) => await latestAssetEvent(control, name),
  };
}

/** Makes a call that a task in another process asked for. */
export async function callScheduler(access: SchedulerAccess, call: SchedulerCall): Promise<unknown> {
  switch (call.method) {
    case 'triggerDag':
      return await access.triggerDag(...call.args);
    case 'runState':
      return await access.runState(...call.args);
    case 'hasTask':
      return await access.hasTask(...call.args);
    case 'statesAt':
      return await access.statesAt(...call.args);
    case 'latestAssetEvent':
      return await access.latestAssetEvent(...call.args);
  }
}
