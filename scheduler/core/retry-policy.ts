import { createHash } from 'node:crypto';

/** When a failed attempt is tried again. */
export interface RetryPolicy {
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly retryExponentialBackoff: boolean;
  readonly maxRetryDelayMs: number | undefined;
}

/** What the jitter of one attempt is derived from. */
export interface AttemptKey {
  readonly dagId: string;
  readonly taskId: string;
  /** Logical date, or the run id of a run that has none. */
  readonly runKey: string;
  /** Counts from 1 and never resets, so the wait keeps growing after a clear. */
  readonly tryNumber: number;
}

const dayMs = 86_400_000;

/** Retries left: an attempt may be repeated while its number is at most max_tries. */
export function isEligibleToRetry(tryNumber: number, maxTries: number): boolean {
  return maxTries > 0 && tryNumber <= maxTries;
}

/**
 * The wait before the next attempt, from the end of the failed one. With backoff: base = delay * 2^(try - 1), at
 * least 1 s, plus a jitter in [0, base) taken from a hash: deterministic, yet different between tasks, so that many
 * tasks that failed together do not come back together. Then capped by one day and by max_retry_delay.
 */
export function retryDelayMs(policy: RetryPolicy, key: AttemptKey): number {
  const cap = Math.min(dayMs, policy.maxRetryDelayMs ?? dayMs);
  if (!policy.retryExponentialBackoff) return Math.min(policy.retryDelayMs, cap);
  const baseSeconds = Math.max(
    1,
    Math.ceil((policy.retryDelayMs / 1000) * 2 ** Math.min(key.tryNumber - 1, 30)),
  );
  const jitterSeconds = Number(hashOf(key) % BigInt(baseSeconds));
  return Math.min((baseSeconds + jitterSeconds) * 1000, cap);
}

function hashOf({ dagId, taskId, runKey, tryNumber }: AttemptKey): bigint {
  const digest = createHash('sha1').update(`${dagId}#${taskId}#${runKey}#${tryNumber}`).digest('hex');
  return BigInt(`0x${digest}`);
}
