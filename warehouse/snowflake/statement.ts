import { randomUUID } from 'node:crypto';
import type { Binds, RowStatement } from 'snowflake-sdk';
import { systemClock } from '../../lib/clock.ts';
import type { Clock } from '../../lib/clock.ts';
import { workTag } from '../../lib/work-tag.ts';
import type { StatementOptions } from '../warehouse.ts';
import type { Link } from './link.ts';
import { StatementLost } from './lost.ts';
import { isNetworkError, isSessionGone } from './sdk-error.ts';
import type { SnowflakeSettings } from './settings.ts';
import { submit } from './submit.ts';
import type { Submitted } from './submit.ts';
import type { Watch } from './watch.ts';

/** What statements are run with. */
export interface StatementDeps {
  readonly settings: Pick<
    SnowflakeSettings,
    'statementTimeoutSec' | 'resubmissions' | 'role' | 'warehouse' | 'database'
  >;
  readonly clock: Clock;
}

/** One statement as it was asked for. */
export interface Request {
  readonly sql: string;
  readonly binds?: Binds | undefined;
  readonly options?: StatementOptions | undefined;
  /** More session parameters for it alone. */
  readonly parameters?: Readonly<Record<string, string | number>> | undefined;
  /** Whether it is to go on by itself; it then resolves as soon as Snowflake has it. */
  readonly isAsync?: boolean | undefined;
}

/** How long the driver waits at least before it tries again by itself. */
const driverPauseMs = 1_000;

/** A reply that breaks off in its middle the driver gives up at once. */
const quickResubmissions = 3;

/** What an ended statement is given to end at Snowflake, before its session is given up. */
const graceMs = 10_000;

/** How often Snowflake is told to end a statement: told too early, it does not know it yet. */
const cancelEveryMs = 1_000;

/** Snowflake cuts no tag short. */
const tagLimit = 2_000;

/**
 * Runs one statement on one session until its result can be read. What the network swallows is sent again with the same
 * request id, first by the driver and then here, and Snowflake runs it once. When the session itself is at fault, the link
 * is marked as broken and StatementLost says what is known; other errors are the driver's.
 */
export async function runOnLink(
  deps: StatementDeps,
  link: Link,
  request: Request,
  watch: Watch,
): Promise<RowStatement> {
  const requestId = randomUUID();
  const parameters = { ...statementParameters(deps, request.options), ...request.parameters };
  const left = { quick: quickResubmissions, slow: deps.settings.resubmissions };
  for (let attempt = 0; ; attempt += 1) {
    watch.signal.throwIfAborted();
    const startedMs = systemClock.monotonicMs();
    const submitted = submit(link.connection, { ...request, requestId, parameters });
    try {
      return await settled(deps.clock, link, submitted, watch);
    } catch (error) {
      const isGone = isSessionGone(error);
      if (!isGone && !isNetworkError(error)) throw error;
      // Sooner than the driver tries again: there was one attempt.
      const pace = systemClock.monotonicMs() - startedMs < driverPauseMs ? 'quick' : 'slow';
      if (isGone || left[pace] === 0 || watch.signal.aborted) {
        link.isBroken = true;
        const hasNotRun = isGone && attempt === 0 && pace === 'quick';
        throw new StatementLost(error, { hasNotRun, queryId: queryIdOf(submitted.statement) });
      }
      left[pace] -= 1;
      await deps.clock.sleep(driverPauseMs, watch.signal);
    }
  }
}

/** Known once Snowflake has said that the statement takes longer. */
function queryIdOf(statement: RowStatement): string | undefined {
  const id: string | undefined = statement.getQueryId();
  return id;
}

/** Waits for the result, and ends the statement at Snowflake when it is to end. */
export async function settled(
  clock: Clock,
  link: Link,
  { statement, done }: Submitted,
  watch: Watch,
): Promise<RowStatement> {
  // Made when it is needed: abort signals and their errors are a tenth of what a short statement costs here.
  let over: AbortController | undefined;
  let onAbort: () => void = () => {};
  const givenUp = new Promise<never>((_, reject) => {
    const end = async (ended: AbortSignal): Promise<void> => {
      void cancelUntil(clock, statement, ended);
      await clock.sleep(graceMs, ended);
      if (ended.aborted) return;
      // Its end cannot be waited for; that of its session makes sure of it.
      link.isBroken = true;
      reject(new Error('the statement did not end'));
    };
    onAbort = () => void end((over = new AbortController()).signal);
  });
  if (watch.signal.aborted) onAbort();
  else watch.signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([done, givenUp]);
  } finally {
    watch.signal.removeEventListener('abort', onAbort);
    over?.abort();
  }
}

async function cancelUntil(clock: Clock, statement: RowStatement, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    statement.cancel(() => {});
    await clock.sleep(cancelEveryMs, over);
  }
}

/** Its tag, and the most that it may take. */
export function statementParameters(
  { settings }: { readonly settings: Pick<SnowflakeSettings, 'statementTimeoutSec'> },
  options: StatementOptions | undefined,
): Record<string, string | number> {
  const limitSec = settings.statementTimeoutSec;
  const askedSec =
    options?.timeoutMs === undefined ? limitSec : Math.max(1, Math.ceil(options.timeoutMs / 1_000));
  return {
    QUERY_TAG: tagText(),
    STATEMENT_TIMEOUT_IN_SECONDS: Math.min(limitSec, askedSec),
  };
}

/** Longer ones are refused; without the model's own tag, which alone has no bound, it fits. */
function tagText(): string {
  const tag = workTag();
  const text = JSON.stringify(tag);
  return text.length <= tagLimit ? text : JSON.stringify({ ...tag, tag: undefined }).slice(0, tagLimit);
}
