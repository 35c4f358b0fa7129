import { Readable } from 'node:stream';
import type { Connection, RowStatement } from 'snowflake-sdk';
import { expect, test } from 'vitest';
import { silentLogger } from '../../../../lib/logger.ts';
import type { AutocommitDeps } from '../../../../warehouse/snowflake/autocommit.ts';
import { DutyKeeper } from '../../../../warehouse/snowflake/duty-keeper.ts';
import { Pool } from '../../../../warehouse/snowflake/pool.ts';
import { queryRows, streamRows } from '../../../../warehouse/snowflake/rows-of.ts';
import { manualClock } from './manual-clock.ts';

interface Download {
  readonly start: number;
  readonly cancelled: () => boolean;
}

/** A driver whose downloads break off after so many rows each, or end too early. */
function driver(total: number, breaks: readonly number[], isShort = false) {
  const downloads: Download[] = [];
  const fetched: string[] = [];
  const statement = (): RowStatement => {
    let isCancelled = false;
    return {
      getColumns: () => [
        {
          getName: () => 'ID',
          getType: () => 'fixed',
          getScale: () => 0,
          getIndex: () => 0,
          _getRowValue: () => 0,
        },
      ],
      getNumRows: () => total,
      getQueryId: () => 'query-1',
      cancel: () => (isCancelled = true),
      streamRows: ({ start = 0 }: { readonly start?: number } = {}) => {
        const breakAfter = breaks[downloads.length];
        downloads.push({ start, cancelled: () => isCancelled });
        return Readable.from(rows(start, isShort ? total - 1 : total, breakAfter), { highWaterMark: 1 });
      },
    } as unknown as RowStatement;
  };
  type Options = {
    readonly complete: (error: undefined, made: RowStatement) => void;
    readonly queryId?: string;
  };
  const answer = ({ complete, queryId }: Options): RowStatement => {
    if (queryId !== undefined) fetched.push(queryId);
    const made = statement();
    queueMicrotask(() => complete(undefined, made));
    return made;
  };
  const connection = {
    isUp: () => true,
    execute: answer,
    fetchResult: answer,
    getQueryStatus: () => Promise.resolve('SUCCESS'),
  } as unknown as Connection;
  const clock = manualClock();
  const link = () =>
    Promise.resolve({ connection, isBroken: false, autocommits: true, usedAtMs: clock.monotonicMs() });
  const operate = (): Promise<void> => Promise.resolve();
  const duty = new DutyKeeper({
    warehouse: 'W',
    isOperated: false,
    idleMs: 0,
    operate,
    clock,
    logger: silentLogger,
  });
  const pool = new Pool({ connect: link, max: 1, clock, waitMs: 1 });
  const settings = {
    statementTimeoutSec: 60,
    resubmissions: 0,
    role: undefined,
    warehouse: 'W',
    database: 'D',
  };
  const deps: AutocommitDeps = { settings, clock, logger: silentLogger, pool, duty };
  return { deps, downloads, fetched };
}

/** As the driver hands them over once it has been told to: the text of each value. */
function* rows(
  start: number,
  end: number,
  breakAfter = Number.POSITIVE_INFINITY,
): Generator<readonly string[]> {
  for (let id = start; id < end; id += 1) {
    if (id - start >= breakAfter) throw Object.assign(new Error('read ECONNRESET'), { code: 402001 });
    yield [String(id)];
  }
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

const request = { sql: 'select id from t' };
const ids = (total: number): number[] => Array.from({ length: total }, (_, id) => id);

test('a stream whose download breaks off is taken up at the row where it did', async () => {
  const { deps, downloads, fetched } = driver(10, [3, 4]);
  expect((await all(streamRows(deps, request))).map((row) => row['id'])).toEqual(ids(10));
  expect(downloads.map(({ start }) => start)).toEqual([0, 3, 7]);
  expect(fetched).toEqual(['query-1', 'query-1']);
});

test('a query whose download breaks off is read anew', async () => {
  const { deps, downloads } = driver(10, [3, 4]);
  expect((await queryRows(deps, request)).map((row) => row['id'])).toEqual(ids(10));
  expect(downloads.map(({ start }) => start)).toEqual([0, 0, 0]);
});

test('a download that breaks off again and again is given up', async () => {
  const unavailable = { code: 'WAREHOUSE_UNAVAILABLE', retryable: true };
  const one = driver(10, [1, 1, 1, 1, 1]);
  await expect(queryRows(one.deps, request)).rejects.toMatchObject(unavailable);
  const other = driver(10, [1, 1, 1, 1, 1]);
  await expect(all(streamRows(other.deps, request))).rejects.toMatchObject(unavailable);
  expect([one.downloads.length, other.downloads.length]).toEqual([4, 4]);
});

test('an end that comes before all rows is an error, not an end', async () => {
  const short = { code: 'WAREHOUSE_UNAVAILABLE', message: 'a result of 10 rows ended after 9' };
  await expect(queryRows(driver(10, [], true).deps, request)).rejects.toMatchObject(short);
  await expect(all(streamRows(driver(10, [], true).deps, request))).rejects.toMatchObject(short);
});

test('who stops early ends the statement and gives its session back', async () => {
  const { deps, downloads } = driver(10, []);
  for await (const row of streamRows(deps, request)) if (row['id'] === 2) break;
  expect(downloads[0]?.cancelled()).toBe(true);
  expect(await queryRows(deps, request)).toHaveLength(10);
  expect(downloads[1]?.cancelled()).toBe(false);
});
