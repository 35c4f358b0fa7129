import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import { formatDuration } from '../../lib/duration.ts';
import type { TaskCallbacks, TaskContext, TaskEnd } from '../authoring/task.ts';
import type { AttemptOutcome } from '../core/outcome.ts';
import type { TaskInstanceState } from '../core/states.ts';

/** A callback of a task keeps its slot; one that does not end is left to itself. */
const longestMs = 10_000;

interface Told {
  readonly callbacks: TaskCallbacks;
  readonly context: TaskContext<never>;
  readonly clock: Clock;
}

function loggedBy({ context: { logger }, clock }: Told): Pick<TaskContext<never>, 'logger' | 'clock'> {
  return { logger, clock };
}

/** Before the work. */
export async function tellOfStart(told: Told): Promise<void> {
  for (const callback of [told.callbacks.onExecute ?? []].flat())
    await guarded(loggedBy(told), 'onExecute', () => callback(told.context));
}

const byState: Readonly<Partial<Record<TaskInstanceState, Exclude<keyof TaskCallbacks, 'onExecute'>>>> = {
  success: 'onSuccess',
  failed: 'onFailure',
  up_for_retry: 'onRetry',
  skipped: 'onSkipped',
};

/** After the end of a try is recorded. Dies the process in between, nobody is told. */
export async function tellOfEnd(
  told: Told,
  state: TaskInstanceState | null,
  outcome: AttemptOutcome,
): Promise<void> {
  const name = state === null ? undefined : byState[state];
  if (state === null || name === undefined) return;
  const error = 'error' in outcome ? outcome.error : null;
  const end: TaskEnd = { state, error, reason: outcome.kind === 'skipped' ? outcome.reason : null };
  for (const callback of [told.callbacks[name] ?? []].flat())
    await guarded(loggedBy(told), name, () => callback(told.context, end));
}

/** Calls a callback within the limit; what goes wrong is logged. */
export async function guarded(
  { logger, clock }: Pick<TaskContext<never>, 'logger' | 'clock'>,
  name: string,
  work: () => unknown,
): Promise<void> {
  const ended = new AbortController();
  try {
    const limit = clock.sleep(longestMs, ended.signal).then(() => 'late' as const);
    const done = Promise.resolve()
      .then(work)
      .then(() => 'done' as const);
    // What it throws after the limit is nobody's any more.
    done.catch(() => {});
    const how = await Promise.race([done, limit]);
    if (how === 'late')
      logger.warn(`${name} took longer than ${formatDuration(longestMs)}; it is left to itself`);
  } catch (error) {
    logger.error(`${name} failed: ${messageOf(error)}`);
  } finally {
    ended.abort();
  }
}
