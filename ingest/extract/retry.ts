import type { extractErrors } from './errors.ts';

/** What came of one attempt. */
export type Outcome =
  | 'ok'
  | 'rate_limited'
  | 'server_error'
  | 'conflict'
  | 'unreachable'
  | 'timeout'
  | 'truncated'
  | 'not_json'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'refused'
  | 'too_large';

export type Failure = Exclude<Outcome, 'ok'>;

export interface RetryRule {
  /** Attempts in all; 1: never again. */
  readonly attempts: number;
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
  /** The error when the attempts are used up. */
  readonly code: keyof typeof extractErrors.kinds;
}

export type RetryTable = Readonly<Record<Failure, RetryRule>>;

const never = { attempts: 1, firstWaitMs: 0, maxWaitMs: 0 };

/**
 * What is tried again, and how often. Rate limits get the most patience: the budget is shared with others, and a
 * refusal costs nothing. `unauthorized` is tried once more with credentials that were read anew.
 */
export const retryTable: RetryTable = {
  rate_limited: { attempts: 8, firstWaitMs: 1_000, maxWaitMs: 60_000, code: 'EXTRACT_RATE_LIMITED' },
  server_error: { attempts: 5, firstWaitMs: 500, maxWaitMs: 30_000, code: 'EXTRACT_SERVER_ERROR' },
  conflict: { attempts: 4, firstWaitMs: 500, maxWaitMs: 5_000, code: 'EXTRACT_SERVER_ERROR' },
  unreachable: { attempts: 5, firstWaitMs: 500, maxWaitMs: 30_000, code: 'EXTRACT_UNREACHABLE' },
  timeout: { attempts: 3, firstWaitMs: 500, maxWaitMs: 10_000, code: 'EXTRACT_TIMEOUT' },
  truncated: { attempts: 4, firstWaitMs: 250, maxWaitMs: 5_000, code: 'EXTRACT_TRUNCATED' },
  not_json: { attempts: 4, firstWaitMs: 500, maxWaitMs: 10_000, code: 'EXTRACT_NOT_JSON' },
  unauthorized: { attempts: 2, firstWaitMs: 0, maxWaitMs: 0, code: 'EXTRACT_UNAUTHORIZED' },
  forbidden: { ...never, code: 'EXTRACT_FORBIDDEN' },
  not_found: { ...never, code: 'EXTRACT_NOT_FOUND' },
  refused: { ...never, code: 'EXTRACT_REQUEST_REFUSED' },
  too_large: { ...never, code: 'EXTRACT_TOO_LARGE' },
};

const byStatus: Readonly<Record<number, Outcome>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  408: 'timeout',
  409: 'conflict',
  425: 'server_error',
  429: 'rate_limited',
};

/** What a status code means. A redirect is refused: credentials go to the configured host and to no other. */
export function outcomeOfStatus(status: number): Outcome {
  if (status >= 500) return 'server_error';
  if (status >= 200 && status < 300) return 'ok';
  return byStatus[status] ?? 'refused';
}

/**
 * Wait before the next attempt; undefined when there is none. The API's own word (`statedMs`) counts whatever the
 * table's cap is; else it doubles, with jitter over its upper half so that parallel windows do not come back as one.
 */
export function waitBefore(
  rule: RetryRule,
  attemptsMade: number,
  statedMs: number | undefined,
  random: () => number,
): number | undefined {
  if (attemptsMade >= rule.attempts) return undefined;
  if (statedMs !== undefined) return statedMs;
  const full = Math.min(rule.maxWaitMs, rule.firstWaitMs * 2 ** (attemptsMade - 1));
  return full / 2 + (full / 2) * random();
}

/** Retry-After: seconds or a date. */
export function retryAfterMs(value: string | null, nowMs: number): number | undefined {
  if (value === null || value.trim() === '') return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
