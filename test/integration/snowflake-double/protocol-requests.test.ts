import { randomUUID } from 'node:crypto';
import type { Connection, RowStatement } from 'snowflake-sdk';
import { expect, test } from 'vitest';
import { protocolRig, refusal, run } from './protocol-client.ts';

test('a requestId that comes again is answered as before and executes nothing', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  const requestId = randomUUID();
  const first = await run(connection, 'merge 2 3', { requestId });
  const again = await run(connection, 'merge 2 3', { requestId });
  expect(again.rows).toEqual(first.rows);
  expect(again.statement.getQueryId()).toBe(first.statement.getQueryId());
  // The text does not count: it is the id that is known.
  expect((await run(connection, 'select 9', { requestId })).rows).toEqual(first.rows);
  expect(rig.seen.ran).toHaveLength(1);
  expect(rig.double.statements.map((each) => each.repeated)).toEqual([false, true, true]);
});

test('while the first still runs, the second waits for it; a refusal is kept as well', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  const requestId = randomUUID();
  const both = await Promise.all([
    run(connection, 'wait 300', { requestId }),
    run(connection, 'wait 300', { requestId }),
  ]);
  expect(both.map((each) => each.rows)).toEqual([[{ WAITED: '300' }], [{ WAITED: '300' }]]);
  const failing = randomUUID();
  await refusal(run(connection, 'missing', { requestId: failing }));
  expect(await refusal(run(connection, 'missing', { requestId: failing }))).toMatchObject({ code: '002003' });
  expect(rig.seen.ran.map((each) => each.sql)).toEqual(['wait 300', 'missing']);
});

test('another session does not know the requestId', async () => {
  await using rig = await protocolRig();
  const requestId = randomUUID();
  await run(await rig.connect(), 'insert', { requestId });
  await run(await rig.connect(), 'insert', { requestId });
  expect(rig.seen.ran).toHaveLength(2);
});

test('a statement that takes long is asked for again until it is there', async () => {
  await using rig = await protocolRig({ waitMs: 50 });
  const connection = await rig.connect();
  expect((await run(connection, 'wait 400')).rows).toEqual([{ WAITED: '400' }]);
  expect(rig.seen.ran).toHaveLength(1);
  expect(
    await refusal(run(connection, 'wait 400', { parameters: { STATEMENT_TIMEOUT_IN_SECONDS: 0.1 } })),
  ).toMatchObject({ code: '000630' });
});

test('an asynchronous statement: status, result, and how it failed', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  const started = await submitted(connection, 'wait 300');
  const queryId = started.getQueryId();
  expect(await connection.getQueryStatus(queryId)).toBe('RUNNING');
  expect(await resultRows(connection, queryId)).toEqual([{ WAITED: '300' }]);
  expect(await connection.getQueryStatus(queryId)).toBe('SUCCESS');
  const failing = (await submitted(connection, 'missing')).getQueryId();
  await expect(connection.getResultsFromQueryId({ queryId: failing })).rejects.toThrow(/does not exist/);
  expect(await connection.getQueryStatus(failing)).toBe('FAILED_WITH_ERROR');
  expect(await connection.getQueryStatus(randomUUID())).toBe('NO_QUERY_DATA');
});

test('a cancelled asynchronous statement is aborted', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  const statement = await submitted(connection, 'wait 60000');
  await new Promise<void>((resolve) => {
    statement.cancel(() => resolve());
  });
  while ((await connection.getQueryStatus(statement.getQueryId())) === 'RUNNING') {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(await connection.getQueryStatus(statement.getQueryId())).toBe('ABORTED');
});

test('several statements in one request run one after the other, each with its own binds', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  const results = await allResults(
    connection,
    "select 1; -- a ; in a comment\necho ?, ';?'; echo ?, ?; merge 1 1;",
    { parameters: { MULTI_STATEMENT_COUNT: 4 }, binds: ['x', 'y', 'z'] },
  );
  const echoed = (values: string): object[] => values.split('').map((VALUE) => ({ TYPE: 'TEXT', VALUE }));
  expect(results).toEqual([
    [{ N: 1 }],
    echoed('x'),
    echoed('yz'),
    [{ 'number of rows inserted': 1, 'number of rows updated': 1 }],
  ]);
  expect(rig.seen.ran.map((each) => each.sql)).toEqual([
    'select 1',
    "-- a ; in a comment\necho ?, ';?'",
    'echo ?, ?',
    'merge 1 1',
  ]);
});

test('the number of statements must be the one that was said', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  expect(await refusal(run(connection, 'select 1; select 2'))).toMatchObject({
    code: '000008',
    sqlState: '0A000',
  });
  const parameters = { MULTI_STATEMENT_COUNT: 3 };
  expect(await refusal(run(connection, 'select 1; select 2', { parameters }))).toMatchObject({
    code: '000008',
  });
  expect(rig.seen.ran).toEqual([]);
  expect((await run(connection, 'select 1;')).rows).toEqual([{ N: 1 }]);
});

test('the first of several that fails is the last that runs', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  const parameters = { MULTI_STATEMENT_COUNT: 0 };
  const all = run(connection, 'insert; missing; insert', { parameters });
  expect(await refusal(all)).toMatchObject({ code: '002003' });
  expect(rig.seen.ran.map((each) => each.sql)).toEqual(['insert', 'missing']);
});

async function submitted(connection: Connection, sqlText: string): Promise<RowStatement> {
  return new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      asyncExec: true,
      complete: (error, statement) => (error ? reject(error) : resolve(statement)),
    });
  });
}

async function resultRows(connection: Connection, queryId: string): Promise<unknown[]> {
  const statement = await connection.getResultsFromQueryId({ queryId });
  const rows: unknown[] = [];
  for await (const row of statement.streamRows()) rows.push(row);
  return rows;
}

/** The driver calls `complete` for each result in turn. */
async function allResults(connection: Connection, sqlText: string, more: object): Promise<unknown[]> {
  const results: unknown[] = [];
  await new Promise<void>((resolve, reject) => {
    connection.execute({
      sqlText,
      ...more,
      complete: (error, statement, rows) => {
        if (error) return reject(error);
        results.push(rows);
        const each = statement as unknown as { hasNext: () => boolean; NextResult: () => void };
        if (each.hasNext()) return each.NextResult();
        return resolve();
      },
    });
  });
  return results;
}
