import { messageOf } from '../../lib/errors.ts';
import { renewLeases } from '../store/attempts.ts';
import { reportsTo } from './attempt-reports.ts';
import { executeAttempt } from './execute-attempt.ts';
import type { ExecutorOptions, QueuedAttempt } from './executor-options.ts';
import { createChildren } from './process/children.ts';
import type { AbortReason } from './run-attempt.ts';

/** Runs attempts, in this process or each in one of its own, at most `parallelism` at a time. */
export interface Executor {
  readonly freeSlots: () => number;
  readonly running: () => number;
  readonly submit: (attempt: QueuedAttempt) => void;
  /** Tells an attempt to stop, if it runs here. */
  readonly abort: (token: string, reason: AbortReason) => void;
  /** Renews the leases of what runs, and aborts what was cleared or taken away. */
  readonly heartbeat: () => Promise<void>;
  /** Waits until nothing runs; after the grace time what still does is aborted. */
  readonly drain: (graceMs: number) => Promise<void>;
}

interface RunningAttempt {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** Creates an executor that runs nothing yet. */
export function createExecutor(options: ExecutorOptions): Executor {
  const { clock, logger } = options;
  const running = new Map<string, RunningAttempt>();
  const children = createChildren();
  const reports = reportsTo(options);

  const submit = (attempt: QueuedAttempt): void => {
    const abort = new AbortController();
    const done = executeAttempt({ ...options, ...reports, children }, attempt, abort)
      .catch((error: unknown) => {
        // The report was lost. The lease runs out, and the attempt is repeated as any other that was lost.
        logger.error('a task attempt could not be recorded', { ...attempt.key, error: messageOf(error) });
      })
      .finally(() => {
        running.delete(attempt.token);
        options.onSettled(attempt.key, attempt.task);
      });
    running.set(attempt.token, { abort, done });
  };

  const abort = (token: string, reason: AbortReason): void => running.get(token)?.abort.abort(reason);

  return {
    freeSlots: () => options.parallelism - running.size,
    running: () => running.size,
    submit,
    abort,
    heartbeat: async () => {
      const tokens = [...running.keys()];
      if (tokens.length === 0) return;
      const states = await renewLeases(options.control, {
        tokens,
        now: clock.now(),
        leaseMs: options.leaseMs,
      });
      for (const token of tokens) {
        const state = states.get(token);
        if (state === undefined) abort(token, 'lease_lost');
        if (state === 'restarting') abort(token, 'cleared');
      }
    },
    drain: async (graceMs) => {
      const all = Promise.all([...running.values()].map((attempt) => attempt.done));
      const ended = new AbortController();
      void all.then(() => ended.abort());
      await clock.sleep(running.size === 0 ? 0 : graceMs, ended.signal);
      for (const token of running.keys()) abort(token, 'shutdown');
      await all;
      await children.close();
    },
  };
}
