import type { Connection } from 'snowflake-sdk';
import { expect, test } from 'vitest';
import { awaitQuery } from '../../../../warehouse/snowflake/detached.ts';
import type { Link } from '../../../../warehouse/snowflake/link.ts';
import { StatementLost } from '../../../../warehouse/snowflake/lost.ts';
import { typedError } from '../../../../warehouse/snowflake/typed-error.ts';
import { watchOver } from '../../../../warehouse/snowflake/watch.ts';
import { manualClock } from './manual-clock.ts';

const settings = {
  statementTimeoutSec: 600,
  resubmissions: 0,
  role: undefined,
  warehouse: 'W',
  database: 'D',
};

/** Looks at a query whose status is what it is told, each look so much later than the one before. */
async function lost(statuses: readonly string[], stepMs: number) {
  const clock = manualClock();
  let looks = 0;
  const getQueryStatus = async (): Promise<string> => {
    const status = statuses[Math.min(looks, statuses.length - 1)] ?? '';
    looks += 1;
    await clock.advance(stepMs);
    return status;
  };
  const connection = { getQueryStatus } as unknown as Connection;
  const link: Link = { connection, isBroken: false, autocommits: true, usedAtMs: 0 };
  const watch = watchOver('create table t as select 1', { timeoutMs: 20_000 });
  const begunMs = clock.monotonicMs();
  const error: unknown = await awaitQuery({ clock, settings }, link, 'query-1', watch).catch(
    (e: unknown) => e,
  );
  watch.over();
  return { error, tookMs: clock.monotonicMs() - begunMs, link };
}

test('a query that Snowflake knows nothing of is given up, and not sent again', async () => {
  const { error, tookMs, link } = await lost(['NO_DATA'], 4_000);
  expect(error).toBeInstanceOf(StatementLost);
  expect(error).toMatchObject({ hasNotRun: false, queryId: undefined });
  expect(tookMs).toBeLessThanOrEqual(15_000);
  expect(link.isBroken).toBe(false);
  const typed = typedError(error, 'create table t as select 1');
  expect(typed).toMatchObject({ code: 'WAREHOUSE_UNAVAILABLE', retryable: true });
  expect(typed.message).toMatch(/query-1.*not known/);
});

test('one that is known, and then not for a moment, is waited for', async () => {
  const statuses = ['NO_DATA', 'RUNNING', 'RUNNING', 'NO_DATA', 'NO_DATA', 'NO_DATA', 'NO_DATA'];
  const { tookMs } = await lost(statuses, 4_000);
  expect(tookMs).toBeGreaterThan(20_000);
});

test('a query that does not end in the time that it may take is not waited for any longer', async () => {
  const { error, tookMs } = await lost(['RUNNING'], 200_000);
  expect(error).toBeInstanceOf(StatementLost);
  expect(tookMs).toBe(800_000);
});
