import type { Clock } from '../../../../lib/clock.ts';

export interface FakeClock extends Clock {
  readonly advance: (ms: number) => void;
  /** Every wait that was asked for. */
  readonly waits: number[];
}

/** A clock on which waiting takes no time and moves the hands. */
export function fakeClock(start = '2026-03-01T00:00:00Z'): FakeClock {
  let ms = 0;
  const waits: number[] = [];
  return {
    now: () => new Date(Date.parse(start) + ms),
    monotonicMs: () => ms,
    sleep: async (wait) => {
      waits.push(wait);
      ms += wait;
    },
    advance: (by) => void (ms += by),
    waits,
  };
}
