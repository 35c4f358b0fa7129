import { systemClock } from '../../lib/clock.ts';
import type { Clock } from '../../lib/clock.ts';

/** The real clock, which a test can move forward. */
export function createMovableClock(): { readonly clock: Clock; readonly moveBy: (ms: number) => void } {
  let offset = 0;
  return {
    clock: {
      ...systemClock,
      now: () => new Date(systemClock.now().getTime() + offset),
      monotonicMs: () => systemClock.monotonicMs() + offset,
    },
    moveBy: (ms) => void (offset += ms),
  };
}
