import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import process from 'node:process';
import { systemClock } from '../../../lib/clock.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { silentLogger } from '../../../lib/logger.ts';
import type { TaskContext } from '../../../scheduler/authoring/task.ts';
import { createScheduler } from '../../../scheduler/scheduler.ts';

// One of several schedulers on a store, to be killed, stopped and continued at any time.
const [url = '', dagsFolder = '', logDir = ''] = process.argv.slice(2);
const control = openControlStore(url);

/** What a task does in the world outside: a row that says that it was done in this try. */
async function effect({ dagId, runId, taskId, mapIndex, tryNumber }: TaskContext<never>): Promise<void> {
  await sleep(randomInt(60));
  await control.raw('insert into effect values (?, ?, ?, ?, ?, ?)', [
    dagId,
    runId,
    taskId,
    mapIndex,
    tryNumber,
    process.pid,
  ]);
}

const scheduler = await createScheduler({
  control,
  dagsFolder,
  services: { ran: [], on: { effect } },
  clock: systemClock,
  logger: silentLogger,
  logDir,
  onEvent: () => {},
  leaseMs: 3000,
});
await scheduler.start();
