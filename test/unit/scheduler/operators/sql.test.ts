import { expect, test } from 'vitest';
import { capRows, sql } from '../../../../scheduler/operators/sql.ts';
import type { SqlClient, SqlRow } from '../../../../scheduler/operators/sql.ts';
import { contextOf, runTask } from '../../../support/task-context.ts';

const answering = (rows: readonly SqlRow[], seen: unknown[] = []): SqlClient => ({
  query: async (text, params) => {
    seen.push([text, params]);
    return rows;
  },
});
const service = (services: { readonly warehouse: SqlClient }): SqlClient => services.warehouse;

test('runs every statement in turn and returns the rows of the last, wide integers as text', async () => {
  const seen: unknown[] = [];
  const warehouse = answering([{ n: 9_007_199_254_740_993n, t: null }], seen);
  const task = sql({ service, sql: ['delete from a', 'select n from b where x = ?'], parameters: [1] });
  expect(await runTask(task, contextOf({ warehouse }))).toEqual({
    rows: [{ n: '9007199254740993', t: null }],
    rowCount: 1,
    isTruncated: false,
  });
  expect(seen).toEqual([
    ['delete from a', [1]],
    ['select n from b where x = ?', [1]],
  ]);
});

test('what a return value may not hold is left out, and said to be', () => {
  const rows = Array.from({ length: 10_000 }, (_, n) => ({ n, text: 'ä'.repeat(10) }));
  const output = capRows(rows, 1000);
  expect(output).toMatchObject({ rowCount: 10_000, isTruncated: true });
  expect(Buffer.byteLength(JSON.stringify(output.rows))).toBeLessThanOrEqual(1000);
  expect(output.rows.length).toBeGreaterThan(10);
  expect(capRows([{ text: 'x'.repeat(2000) }], 1000).rows).toEqual([]);
});

test('a task that is to stop begins no further statement', async () => {
  const abort = new AbortController();
  const seen: unknown[] = [];
  const warehouse: SqlClient = {
    query: async (text) => {
      seen.push(text);
      abort.abort('timeout');
      return [];
    },
  };
  const task = sql({ service, sql: ['one', 'two'] });
  await expect(runTask(task, contextOf({ warehouse }, { signal: abort.signal }))).rejects.toMatchObject({
    code: 'SQL_TASK_STOPPED',
    message: 'stopped before statement 2 of 2',
  });
  expect(seen).toEqual(['one']);
});
