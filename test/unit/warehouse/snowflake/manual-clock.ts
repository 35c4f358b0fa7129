import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../../lib/clock.ts';

/** A clock that goes when it is told to. */
export interface ManualClock extends Clock {
  /** Moves on; what was to happen meanwhile happens in order, each with what follows from it at once. */
  readonly advance: (ms: number) => Promise<void>;
}

export function manualClock(): ManualClock {
  let now = 1_000_000;
  const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  return {
    now: () => new Date(now),
    monotonicMs: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const sleeper = {
          atMs: now + ms,
          wake: () => {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', sleeper.wake, { once: true });
      }),
    advance: async (ms) => {
      const end = now + ms;
      for (;;) {
        await nextTurn();
        const next = [...sleepers].filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined) break;
        now = Math.max(now, next.atMs);
        next.wake();
      }
      now = end;
      await nextTurn();
    },
  };
}
