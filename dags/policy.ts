import type { TaskArgs } from '../scheduler/index.ts';

/** Who answers for the platform's own DAGs. */
export const owner = 'data-platform';

/**
 * Defaults of every task. A broken connection is usually back within seconds, so the first retry comes quickly; a
 * restart or failover of the warehouse or the control store takes a minute, so the last one comes after two to three.
 * Errors that say of themselves that a retry cannot help are not retried.
 */
export const defaultArgs: TaskArgs = {
  retries: 6,
  retryDelay: '2s',
  retryExponentialBackoff: true,
  maxRetryDelay: '1m',
  executionTimeout: '1h',
};
