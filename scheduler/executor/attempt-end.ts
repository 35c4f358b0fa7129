import type { Logger } from '../../lib/logger.ts';
import type { AttemptOutcome, TaskError } from '../core/outcome.ts';
import type { Masker } from '../secrets/masker.ts';
import { storable, storableDeep } from '../storable.ts';

/** What is kept and told of an attempt says no secret and can be kept; what it returned is for other tasks, and stays. */
export function keptOutcome(outcome: AttemptOutcome, { mask, maskDeep }: Masker): AttemptOutcome {
  if (outcome.kind === 'skipped') return { ...outcome, reason: storable(mask(outcome.reason)) };
  return 'error' in outcome ? { ...outcome, error: storableDeep(maskDeep(outcome.error)) } : outcome;
}

/** The last line of an attempt's log. */
export function logOutcome(logger: Logger, outcome: AttemptOutcome): void {
  switch (outcome.kind) {
    case 'success':
      return logger.info('success');
    case 'skipped':
      return logger.info(`skipped: ${outcome.reason}`);
    case 'reschedule':
      return logger.info(`not yet; next poke at ${outcome.at.toISOString()}`);
    case 'failed':
    case 'interrupted':
      return logger.error(`${outcome.kind}: ${outcome.error.message}`, { code: outcome.error.code });
  }
}

/** What an event says beyond the state. */
export function detailsOf(outcome: AttemptOutcome): { reason?: string; error?: TaskError; result?: unknown } {
  if (outcome.kind === 'success') return outcome.result === undefined ? {} : { result: outcome.result };
  if (outcome.kind === 'skipped') return { reason: outcome.reason };
  return outcome.kind === 'reschedule' ? {} : { reason: outcome.error.message, error: outcome.error };
}
