import { setTimeout as later } from 'node:timers/promises';
import type { RowStatement } from 'snowflake-sdk';
import type { Link } from './link.ts';
import { StatementLost } from './lost.ts';
import { isNetworkError, isSessionGone } from './sdk-error.ts';
import { settled } from './statement.ts';
import type { StatementDeps } from './statement.ts';
import { refetch } from './submit.ts';
import type { Watch } from './watch.ts';

/** Waits between two looks at a query: short ones are found at once, long ones cost little. */
const looksMs = [50, 100, 200, 400, 800, 1_500, 3_000];

/** Failed looks in a row, after which the session is taken for broken. */
const bearableFailures = 3;

/** How long Snowflake may know nothing of a query that it has given an id: its status may come a moment later. */
const unknownMs = 10_000;

/** How much longer than it may take a query may seem to run: what ends it is Snowflake itself. */
const overtimeMs = 60_000;

const running: ReadonlySet<string> = new Set(
  'RUNNING QUEUED RESUMING_WAREHOUSE QUEUED_REPARING_WAREHOUSE BLOCKED ABORTING NO_DATA'.split(' '),
);

/**
 * Waits for a query that goes on by itself, and gives its result, or fails with its error. Any session of the same user can
 * do so: when this one breaks, StatementLost carries the id on to the next.
 */
export async function awaitQuery(
  deps: StatementDeps,
  link: Link,
  queryId: string,
  watch: Watch,
): Promise<RowStatement> {
  try {
    await untilEnded(deps, link, queryId, watch);
    return await settled(deps.clock, link, refetch(link.connection, queryId), watch);
  } catch (error) {
    if (!isNetworkError(error) && !isSessionGone(error)) throw error;
    link.isBroken = true;
    throw new StatementLost(error, { hasNotRun: false, queryId });
  }
}

async function untilEnded(
  { clock, settings }: StatementDeps,
  link: Link,
  queryId: string,
  watch: Watch,
): Promise<void> {
  const begunMs = clock.monotonicMs();
  const limitMs = settings.statementTimeoutSec * 1_000 + overtimeMs;
  let failures = 0;
  let knownMs = begunMs;
  for (let look = 0; !watch.signal.aborted; look += 1) {
    try {
      const status = await link.connection.getQueryStatus(queryId);
      if (!running.has(status)) return;
      failures = 0;
      if (status !== 'NO_DATA') knownMs = clock.monotonicMs();
    } catch (error) {
      failures += 1;
      if (failures > bearableFailures) throw asLost(error);
      // The driver renews no token for this request, but for others it does.
      await link.connection.isValidAsync();
    }
    const nowMs = clock.monotonicMs();
    if (nowMs - knownMs > unknownMs) throw outOfSight(`Snowflake knows nothing of query ${queryId}`);
    if (nowMs - begunMs > limitMs) throw outOfSight(`query ${queryId} does not end`);
    await pause(looksMs[Math.min(look, looksMs.length - 1)] ?? 0, watch.signal);
  }
}

/** No other session would see more of it, and what it has done is not known. */
function outOfSight(message: string): StatementLost {
  return new StatementLost(new Error(message), { hasNotRun: false, queryId: undefined });
}

/** The driver has errors of its own kind here, some of them mere slips: what lasts is taken for the session's end. */
function asLost(error: unknown): unknown {
  return isNetworkError(error) || isSessionGone(error)
    ? error
    : Object.assign(new Error('no status', { cause: error }), { code: 401001 });
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await later(ms, undefined, { signal }).catch(() => {});
}
