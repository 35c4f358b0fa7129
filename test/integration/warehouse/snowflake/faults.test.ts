import { setTimeout as later } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { FaultRule } from '../../../support/snowflake-double/faults.ts';
import { openRig } from './rig.ts';
import type { Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig({
    // Small parts, so that results of a few thousand rows come in several.
    double: { sizes: { inlineBytes: 20_000, chunkBytes: 100_000 } },
    settings: { resubmissions: 0 },
    with: ['create schema work', 'create table work.t (id number(19, 0))'],
  });
});
afterAll(() => rig[Symbol.asyncDispose]());
beforeEach(async () => {
  rig.double.faults.clear();
  await rig.warehouse.execute('delete from work.t');
});

const plant = (...rules: readonly FaultRule[]): void => {
  for (const rule of rules) rig.double.faults.add(rule);
};
const count = async (): Promise<unknown> =>
  (await rig.warehouse.query('select count(*) as n from work.t'))[0]?.['n'];
const insert = /^insert into work\.t/;
const unavailable = { code: 'WAREHOUSE_UNAVAILABLE', retryable: true };

const passing = [
  ['a token that has expired', { kind: 'token-expired' }],
  ['a 503', { kind: 'status', status: 503 }],
  ['a 429', { kind: 'status', status: 429 }],
  ['a reset before it ran', { kind: 'reset-before' }],
  ['a reset after it ran', { kind: 'reset-after' }],
  ['a reset in the middle of the reply', { kind: 'reset-midway' }],
  ['a reply that is late', { kind: 'slow-reply', ms: 300 }],
] as const;

test.each(passing)('%s: a write is done, and once', async (_, fault) => {
  const from = rig.double.statements.length;
  plant({ do: fault, sql: insert });
  expect(await rig.warehouse.execute('insert into work.t values (1), (2)')).toBe(2);
  expect(await count()).toBe(2);
  const ids = rig.double.statements
    .slice(from)
    .flatMap((each) => (insert.test(each.sql) ? [each.requestId] : []));
  expect(new Set(ids).size).toBe(1);
});

test.each(passing)('%s: a transaction goes on, and is committed once', async (_, fault) => {
  plant({ do: fault, sql: insert, after: 1 }, { do: fault, sql: /^commit/ });
  await rig.warehouse.transaction(async (session) => {
    await session.execute('insert into work.t values (1)');
    expect(await session.execute('insert into work.t values (2)')).toBe(1);
  });
  expect(await count()).toBe(2);
});

test('a session that is gone: a read is asked again on another', async () => {
  plant({ do: { kind: 'session-gone' } });
  expect(await count()).toBe(0);
});

test('a session that is gone: a write that was refused with it is sent again', async () => {
  plant({ do: { kind: 'session-gone' }, sql: insert });
  expect(await rig.warehouse.execute('insert into work.t values (1)')).toBe(1);
  expect(await count()).toBe(1);
});

test('a session that is gone after a write whose reply was lost: nothing is doubled, and nobody is told that it is done', async () => {
  plant({ do: { kind: 'reset-after' }, sql: insert }, { do: { kind: 'session-gone' }, sql: insert });
  await expect(rig.warehouse.execute('insert into work.t values (1)')).rejects.toMatchObject({
    ...unavailable,
    message: expect.stringMatching(/not known/) as string,
  });
  expect(await count()).toBe(1);
});

test('a session that breaks in a transaction ends it: nothing takes its place', async () => {
  plant({ do: { kind: 'session-gone' }, sql: insert, after: 1 });
  const broken = rig.warehouse.transaction(async (session) => {
    await session.execute('insert into work.t values (1)');
    await session.execute('insert into work.t values (2)').catch(() => {});
    await session.execute('insert into work.t values (3)').catch(() => {});
  });
  await expect(broken).rejects.toMatchObject(unavailable);
  expect(await count()).toBe(0);
  await rig.warehouse.transaction((session) => session.execute('insert into work.t values (4)'));
  expect(await count()).toBe(1);
});

test('a session that was gone before the transaction began is replaced', async () => {
  plant({ do: { kind: 'session-gone' }, sql: /^begin/ });
  await rig.warehouse.transaction((session) => session.execute('insert into work.t values (1)'));
  expect(await count()).toBe(1);
});

test('a reply to COMMIT that stays lost: the caller is told to look, and the session is thrown away', async () => {
  plant({ do: { kind: 'reset-after' }, sql: /^commit/ }, { do: { kind: 'session-gone' }, sql: /^commit/ });
  const from = rig.double.statements.length;
  const lost = rig.warehouse.transaction((session) => session.execute('insert into work.t values (1)'));
  await expect(lost).rejects.toMatchObject(unavailable);
  const commits = rig.double.statements.slice(from).filter(({ sql }) => sql === 'commit');
  expect(new Set(commits.map(({ requestId }) => requestId)).size).toBe(1);
  expect(await count()).toBe(1);
  const used = rig.double.statements.at(-1)?.session;
  expect(used).not.toBe(commits[0]?.session);
});

const large = `select row_number() over (order by null) as id, concat(uuid_string(), uuid_string(), uuid_string()) as filler
  from table(generator(rowcount => 6000))`;
const ids = Array.from({ length: 6_000 }, (_, place) => place + 1);

const midResult = [
  ['a reset in the middle of a part', { kind: 'reset-midway' }],
  ['a part that is refused for a while', { kind: 'status', status: 503 }],
  ['a part whose link has expired', { kind: 'status', status: 403 }],
] as const;

test.each(midResult)('%s: every row comes once, in order', async (_, fault) => {
  plant({ do: fault, on: 'chunk', after: 2 });
  const rows = await rig.warehouse.query(large);
  expect(rows.map((row) => row['id'])).toEqual(ids);
  plant({ do: fault, on: 'chunk', after: 2 });
  const streamed: unknown[] = [];
  for await (const row of rig.warehouse.stream(large)) streamed.push(row['id']);
  expect(streamed).toEqual(ids);
});

test('who cancels is rid of the statement, at Snowflake too', async () => {
  const off = new AbortController();
  await rig.warehouse.transaction(async (session) => {
    // Its lock keeps the other waiting.
    await session.execute('insert into work.t values (1)');
    const writing = rig.warehouse.execute('update work.t set id = 2', [], { signal: off.signal });
    await later(300);
    off.abort();
    await expect(writing).rejects.toMatchObject({ code: 'WAREHOUSE_CANCELLED', retryable: false });
  });
  expect(await rig.warehouse.query('select id from work.t')).toEqual([{ id: 1 }]);
});

test('what was done before it could be called off counts as done', async () => {
  const off = new AbortController();
  plant({ do: { kind: 'slow-reply', ms: 600 }, sql: insert });
  const writing = rig.warehouse.execute('insert into work.t values (1)', [], { signal: off.signal });
  await later(300);
  off.abort();
  expect(await writing).toBe(1);
  expect(await count()).toBe(1);
});

test('a statement that was called off before it was sent is not sent', async () => {
  const from = rig.double.statements.length;
  const writing = rig.warehouse.execute('insert into work.t values (1)', [], { signal: AbortSignal.abort() });
  await expect(writing).rejects.toMatchObject({ code: 'WAREHOUSE_CANCELLED' });
  expect(rig.double.statements.slice(from).filter(({ sql }) => insert.test(sql))).toEqual([]);
});

test('a statement that takes too long ends, even if nothing answers any more', async () => {
  plant({ do: { kind: 'silent' }, sql: /^select 'quiet'/, times: 5 });
  const begun = performance.now();
  await expect(rig.warehouse.query("select 'quiet'", [], { timeoutMs: 300 })).rejects.toMatchObject({
    code: 'WAREHOUSE_TIMEOUT',
    retryable: true,
  });
  expect(performance.now() - begun).toBeLessThan(15_000);
  expect(await count()).toBe(0);
});

test('a time-out in a transaction undoes it', async () => {
  plant({ do: { kind: 'slow', ms: 2_000 }, sql: insert, after: 1 });
  const slow = rig.warehouse.transaction(async (session) => {
    await session.execute('insert into work.t values (1)');
    await session.execute('insert into work.t values (2)', [], { timeoutMs: 300 });
  });
  await expect(slow).rejects.toMatchObject({ code: 'WAREHOUSE_TIMEOUT' });
  await later(2_000);
  expect(await count()).toBe(0);
});

test('a long statement outlives the session that sent it', async () => {
  const sql = 'create or replace transient table work.long as select 1 as id';
  plant({ do: { kind: 'reset-before' }, on: 'status', times: 4 });
  const from = rig.double.statements.length;
  await rig.warehouse.execute(sql);
  expect(await rig.warehouse.query('select id from work.long')).toEqual([{ id: 1 }]);
  const sent = rig.double.statements.slice(from);
  expect(sent.filter((each) => each.sql === sql)).toHaveLength(1);
  expect(sent.at(-1)?.session).not.toBe(sent[0]?.session);
});

const refusals = [
  [
    '000625',
    '57014',
    "Statement 'a' has locked table 'T' in transaction 1 and this lock has not yet been released.",
    'WAREHOUSE_CONFLICT',
  ],
  [
    '000630',
    '57014',
    'Statement reached its statement or warehouse timeout of 1 second(s) and was canceled.',
    'WAREHOUSE_TIMEOUT',
  ],
  [
    '003001',
    '42501',
    "SQL access control error:\nInsufficient privileges to operate on table 'WORK.T'",
    'WAREHOUSE_GRANT_MISSING',
  ],
  // As an administrator does it, or a resource monitor.
  ['000604', '57014', 'SQL execution canceled', 'WAREHOUSE_INTERRUPTED'],
] as const;

test.each(refusals)('Snowflake %s', async (code, sqlState, message, expected) => {
  plant({ do: { kind: 'refuse', code, sqlState, message }, sql: insert });
  await expect(rig.warehouse.execute('insert into work.t values (1)')).rejects.toMatchObject({
    code: expected,
  });
  expect(await count()).toBe(0);
});
