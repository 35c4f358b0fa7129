import { createHash } from 'node:crypto';

/** How a sensor waits. */
export interface PokePolicy {
  readonly pokeIntervalMs: number;
  readonly timeoutMs: number;
  readonly exponentialBackoff: boolean;
  readonly maxWaitMs: number | undefined;
}

/** How far a sensor's wait is. */
export interface PokeProgress {
  /** What the jitter is derived from: the task and when it began to wait. */
  readonly key: string;
  readonly waitingSince: Date;
  readonly now: Date;
  /** When the condition can come true at the earliest, if the sensor knows. */
  readonly nextPokeAt: Date | undefined;
}

/** When the sensor looks again; never after its timeout, so that this is noticed in time. Pure. */
export function nextPokeTime(policy: PokePolicy, progress: PokeProgress): Date {
  const { waitingSince, now, nextPokeAt } = progress;
  const deadline = waitingSince.getTime() + policy.timeoutMs;
  const at = nextPokeAt?.getTime() ?? now.getTime() + pokeDelayMs(policy, progress);
  return new Date(Math.max(now.getTime(), Math.min(at, deadline)));
}

/**
 * With backoff: interval * 2^(n - 2), at least 1 s, plus a jitter of up to as much again. Which poke this is follows from
 * how long the wait already is: a sensor that comes back has no memory.
 */
function pokeDelayMs(policy: PokePolicy, { key, waitingSince, now }: PokeProgress): number {
  const cap = policy.maxWaitMs ?? Infinity;
  if (!policy.exponentialBackoff) return Math.min(policy.pokeIntervalMs, cap);
  const elapsedSeconds = (now.getTime() - waitingSince.getTime()) / 1000;
  // Less would never double.
  const intervalSeconds = Math.max(1, policy.pokeIntervalMs / 1000);
  let [poke, sum, delay] = [0, 0, 0];
  while (sum <= elapsedSeconds) {
    poke += 1;
    const base = Math.max(1, Math.floor(intervalSeconds * 2 ** Math.min(poke - 2, 30)));
    delay = base + Number(hashOf(`${key}#${poke}`) % BigInt(base));
    sum += delay;
  }
  return Math.min(delay * 1000, cap);
}

function hashOf(text: string): bigint {
  return BigInt(`0x${createHash('sha1').update(text).digest('hex')}`);
}
