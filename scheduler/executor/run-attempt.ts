import { formatDuration } from '../../lib/duration.ts';
import { isRetryable } from '../../lib/errors.ts';
import { withWorkTag } from '../../lib/work-tag.ts';
import type { AnyTask } from '../authoring/definition.ts';
import type { TaskFail, TaskSkip } from '../authoring/task.ts';
import type { AttemptOutcome } from '../core/outcome.ts';
import { schedulerErrors } from '../errors.ts';
import type { WorkInput } from './perform.ts';
import { toTaskError } from './task-error.ts';

/** Why an attempt is told to stop. */
export type AbortReason = 'timeout' | 'shutdown' | 'cleared' | 'marked' | 'lease_lost' | 'run_over';

/** One attempt to make. */
export interface AttemptInput extends WorkInput {
  readonly abort: AbortController;
  /** Does the work, here or elsewhere. */
  readonly perform: (input: WorkInput) => Promise<AttemptOutcome>;
  /** How long a task may take to heed its signal before it is given up. */
  readonly abortGraceMs: number;
}

/** Node fires longer timers at once (24.8 days). */
const longestTimerMs = 2 ** 31 - 1;

/** Runs the task's function once, within its timeout, and says how it ended. Never throws. */
export async function runAttempt(input: AttemptInput): Promise<AttemptOutcome> {
  const { abort } = input;
  const settled = new AbortController();
  const { dagId: dag, taskId: task } = input.context;
  const work = withWorkTag({ dag, task }, () => input.perform(input)).catch((error: unknown) =>
    outcomeOfError(error),
  );
  void abortOnTimeout(input, settled.signal);
  const outcome = await Promise.race([work, givenUp(input, settled.signal)]);
  settled.abort();
  // What a task reports after it was told to stop is void: it may have stopped half-way without an error.
  const ended = outcome === undefined || abort.signal.aborted ? abortedOutcome(input, outcome) : outcome;
  return softened(input.task, ended);
}

/** A sensor with softFail is skipped where it would fail for good, or took too long. */
function softened({ work }: AnyTask, outcome: AttemptOutcome): AttemptOutcome {
  if (outcome.kind !== 'failed' || work.kind !== 'sensor' || !work.softFail) return outcome;
  if (outcome.retryable && outcome.error.code !== 'TASK_TIMEOUT') return outcome;
  return { kind: 'skipped', reason: outcome.error.message };
}

async function abortOnTimeout({ task, abort, clock }: AttemptInput, settled: AbortSignal): Promise<void> {
  if (task.executionTimeoutMs === undefined) return;
  await clock.sleep(Math.min(task.executionTimeoutMs, longestTimerMs), settled);
  if (!settled.aborted) abort.abort('timeout' satisfies AbortReason);
}

/** Resolves once the attempt was told to stop and did not within the grace time. */
async function givenUp(
  { abort, clock, abortGraceMs }: AttemptInput,
  settled: AbortSignal,
): Promise<undefined> {
  await new Promise<void>((resolve) => {
    if (abort.signal.aborted || settled.aborted) return resolve();
    abort.signal.addEventListener('abort', () => resolve(), { once: true });
    settled.addEventListener('abort', () => resolve(), { once: true });
  });
  await clock.sleep(abortGraceMs, settled);
  return undefined;
}

function abortedOutcome({ abort, task }: AttemptInput, outcome: AttemptOutcome | undefined): AttemptOutcome {
  // It had finished before it could notice.
  if (outcome?.kind === 'success') return outcome;
  if (abort.signal.reason === 'timeout') {
    const limit = formatDuration(task.executionTimeoutMs ?? 0);
    const error = schedulerErrors.error('TASK_TIMEOUT', { message: `it ran longer than ${limit}` });
    return { kind: 'failed', error: toTaskError(error), retryable: true };
  }
  const message = `it was stopped: ${String(abort.signal.reason).replaceAll('_', ' ')}`;
  return { kind: 'interrupted', error: toTaskError(schedulerErrors.error('TASK_INTERRUPTED', { message })) };
}

function outcomeOfError(error: unknown): AttemptOutcome {
  if (isNamed(error, 'TaskSkip')) return { kind: 'skipped', reason: error.message };
  const retryable = !isNamed(error, 'TaskFail') && isRetryable(error);
  return { kind: 'failed', error: toTaskError(error), retryable };
}

/** By name and not by class: a DAG file may have been loaded beside another copy of the door. */
function isNamed(error: unknown, name: (TaskSkip | TaskFail)['name']): error is Error {
  return error instanceof Error && error.name === name;
}
