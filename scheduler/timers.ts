import { schedule } from 'node-cron';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { enforceRetention } from './retention.ts';
import type { RetentionInput } from './retention.ts';
import type { RetentionPolicy } from './store/retention.ts';

/** What happens by the clock alone while a scheduler runs. */
export interface Timers {
  readonly stop: () => Promise<void>;
}

/** Wakes the loop every second, looks for changed DAG files every five, and removes old history once an hour. */
export function startTimers(
  input: RetentionInput & { readonly logger: Logger; readonly retention?: RetentionPolicy | undefined },
  on: { readonly wake: () => void; readonly reload: () => Promise<void> },
): Timers {
  const { logger, retention } = input;
  const stopping = new AbortController();
  const quietly = (what: string, work: () => Promise<unknown>): (() => void) => {
    return () =>
      void work().catch((error: unknown) => logger.warn(`${what} failed`, { error: messageOf(error) }));
  };
  const jobs = [
    // The wake-up for what becomes due by time alone; everything else wakes the loop as it happens.
    { name: 'scheduler-tick', at: '* * * * * *', run: on.wake },
    { name: 'dag-reload', at: '*/5 * * * * *', run: quietly('the reload of DAG files', on.reload) },
    {
      name: 'run-retention',
      at: '0 17 * * * *',
      run: quietly('the removal of old runs', async () => {
        if (retention !== undefined) await enforceRetention(input, retention, stopping.signal);
      }),
    },
  ];
  const tasks = jobs.map(({ name, at, run }) => schedule(at, run, { name, suppressMissedWarning: true }));
  return {
    stop: async () => {
      stopping.abort();
      for (const task of tasks) await task.destroy();
    },
  };
}
