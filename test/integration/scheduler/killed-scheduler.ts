import { systemClock } from '../../../lib/clock.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { createScheduler } from '../../../scheduler/scheduler.ts';

// A scheduler process to be killed: it runs the DAGs of a folder, says when a task runs, and never ends by itself.
const [url = '', dagsFolder = '', logDir = ''] = process.argv.slice(2);
const scheduler = await createScheduler({
  control: openControlStore(url),
  dagsFolder,
  services: { ran: [], on: { a: () => new Promise(() => {}) } },
  clock: systemClock,
  logger: silentLogger,
  logDir,
  onEvent: (event) => {
    if (event.type === 'task_instance' && event.state === 'running') process.stdout.write('running\n');
  },
});
await scheduler.start();
