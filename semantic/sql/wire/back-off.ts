import type { Clock } from '../../../lib/clock.ts';

/** Makes guessing slow: who has failed waits before the next try is looked at. */
export interface BackOff {
  /** How long the next try must wait, in ms. */
  readonly delayMs: (address: string, user: string) => number;
  readonly failed: (address: string, user: string) => void;
  readonly succeeded: (address: string, user: string) => void;
}

const firstDelayMs = 250;
/** Below the time in which one must have proven oneself: the right password is late, and never refused. */
const longestDelayMs = 5000;
const forgottenAfterMs = 10 * 60_000;
/** Addresses and users at once; who tries more names than that makes the oldest forgotten. */
const mostKept = 10_000;

interface Failures {
  readonly count: number;
  readonly atMs: number;
}

/** By address and user together: somebody elsewhere who guesses a user's password does not slow that user. */
export function createBackOff(clock: Pick<Clock, 'monotonicMs'>): BackOff {
  const failures = new Map<string, Failures>();
  const keyOf = (address: string, user: string): string => `${address} ${user}`;
  const current = (key: string): Failures | undefined => {
    const found = failures.get(key);
    return found && clock.monotonicMs() - found.atMs < forgottenAfterMs ? found : undefined;
  };
  return {
    delayMs: (address, user) => {
      const count = current(keyOf(address, user))?.count ?? 0;
      return count === 0 ? 0 : Math.min(longestDelayMs, firstDelayMs * 2 ** (count - 1));
    },
    failed: (address, user) => {
      const key = keyOf(address, user);
      const count = (current(key)?.count ?? 0) + 1;
      failures.delete(key);
      failures.set(key, { count, atMs: clock.monotonicMs() });
      const [oldest] = failures.keys();
      if (failures.size > mostKept && oldest !== undefined) failures.delete(oldest);
    },
    succeeded: (address, user) => void failures.delete(keyOf(address, user)),
  };
}
