import { isEligibleToRetry } from './retry-policy.ts';
import type { SkipDecision } from './skip-decision.ts';
import type { TaskInstanceState } from './states.ts';

/** An error as it is stored and shown: code, what, what to do. Never a stack, never a payload. */
export interface TaskError {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** How one attempt ended. */
export type AttemptOutcome =
  /** `decision`: of a branch or a short-circuit, about the tasks below. */
  | { readonly kind: 'success'; readonly result: unknown; readonly decision?: SkipDecision | undefined }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: TaskError; readonly retryable: boolean }
  /** A sensor whose condition is not true yet. */
  | { readonly kind: 'reschedule'; readonly at: Date }
  /** The process is stopping and took the attempt down with it. */
  | { readonly kind: 'interrupted'; readonly error: TaskError };

/** What is known of the task instance when its attempt ends. */
export interface SettleInput {
  readonly state: 'running' | 'restarting';
  readonly tryNumber: number;
  readonly maxTries: number;
  readonly endedAt: Date;
  readonly retryDelayMs: number;
}

/** The next state of a task instance, with what changes beside it. */
export interface Settled {
  readonly state: TaskInstanceState | null;
  readonly maxTries: number;
  /** Not before this; null when at once or never. */
  readonly nextAttemptAt: Date | null;
}

/** From the end of an attempt to the next state of its task instance; pure. */
export function settle(outcome: AttemptOutcome, input: SettleInput): Settled {
  const { maxTries } = input;
  // It was cleared while it ran: whatever it reports is void, it starts over.
  if (input.state === 'restarting') return { state: null, maxTries, nextAttemptAt: null };
  if (outcome.kind === 'reschedule')
    return { state: 'up_for_reschedule', maxTries, nextAttemptAt: outcome.at };
  // An orderly stop is not the task's fault: it gets the try back, and starts over as soon as somebody can run it.
  if (outcome.kind === 'interrupted') return { state: null, maxTries: maxTries + 1, nextAttemptAt: null };
  if (outcome.kind !== 'failed') return { state: outcome.kind, maxTries, nextAttemptAt: null };
  const mayRetry = outcome.retryable && isEligibleToRetry(input.tryNumber, maxTries);
  if (!mayRetry) return { state: 'failed', maxTries, nextAttemptAt: null };
  return {
    state: 'up_for_retry',
    maxTries,
    nextAttemptAt: new Date(input.endedAt.getTime() + input.retryDelayMs),
  };
}
