import { readChain, migrateIngest } from '../../ingest/landing/chain.ts';
import { loadedPosition } from '../../ingest/landing/load.ts';
import { chainStart } from '../../ingest/landing/manifest.ts';
import { shopSource } from '../../ingest/postgres/capture.ts';
import type { Scheduler } from '../../scheduler/scheduler.ts';
import { readStageHead } from '../../transforms/engine/warehouse/state.ts';
import type { Platform } from '../wire.ts';

/** How far each step of the pipeline has come in the shop's log; a step that stays behind is the one that is stuck. */
export interface Positions {
  readonly landed: string;
  readonly loaded: string;
  readonly staged: string;
}

/** Reads the positions; the tables may not be there yet when a first start failed early. */
export async function readPositions(platform: Platform): Promise<Positions> {
  const [control, warehouse] = await Promise.all([platform.control(), platform.warehouse()]);
  await migrateIngest(control);
  const chain = await readChain(control, shopSource);
  return {
    landed: chain?.position ?? chainStart,
    loaded: await loadedPosition(warehouse, shopSource),
    staged: (await readStageHead(warehouse)).watermark,
  };
}

/** Why a DAG does not succeed. */
export interface LastFailure {
  readonly code: string;
  readonly text: string;
}

const runsLookedAt = 20;

/** Per DAG, the task that failed last, unless the DAG has succeeded since: one each, with code and message. */
export async function readFailures(scheduler: Scheduler): Promise<readonly LastFailure[]> {
  const dags = await scheduler.listDags();
  const found = await Promise.all(dags.map(({ dagId }) => failureOf(scheduler, dagId)));
  return found.filter((each) => each !== undefined);
}

async function failureOf(scheduler: Scheduler, dagId: string): Promise<LastFailure | undefined> {
  for (const run of await scheduler.listRuns({ dagId, limit: runsLookedAt })) {
    if (run.state === 'success') return undefined;
    const tasks = await scheduler.listTaskInstances(run);
    // A run that still goes on counts too: a task that waits for its next try has failed.
    // One that was stopped with its scheduler has not: it is made again by the next.
    const failed = tasks.find(
      ({ error, state }) => error !== null && error.code !== 'TASK_INTERRUPTED' && state !== 'success',
    );
    if (failed === undefined || failed.error === null) continue;
    const { code, message } = failed.error;
    return { code, text: `${dagId}.${failed.taskId} in ${run.runId}: ${code}: ${message}` };
  }
  return undefined;
}
