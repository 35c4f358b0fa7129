import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SqlRefused } from '../../support/snowflake-double/contract.ts';
import { accountRig } from '../../support/snowflake-double/engine/account-rig.ts';
import type { AccountRig, RigSession } from '../../support/snowflake-double/engine/account-rig.ts';

let rig: AccountRig;
let session: RigSession;

beforeEach(async () => {
  rig = await accountRig();
  session = await rig.session();
});

afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

test.each([
  ['12.5::number(10, 2)', 'FIXED', '12.50'],
  ['-0.05::number(10, 2)', 'FIXED', '-0.05'],
  [
    '12345678901234567890123456789012345678::number(38, 0)',
    'FIXED',
    '12345678901234567890123456789012345678',
  ],
  ['1.5::float', 'REAL', '1.5'],
  ["'o''k'", 'TEXT', "o'k"],
  ["''", 'TEXT', ''],
  ['true', 'BOOLEAN', '1'],
  ['false', 'BOOLEAN', '0'],
  ["'1969-12-31'::date", 'DATE', '-1'],
  ["'01:00:00.5'::time", 'TIME', '3600.500000000'],
  ["'2023-11-14 22:13:20.123456'::timestamp_ntz", 'TIMESTAMP_NTZ', '1700000000.123456000'],
  ["'1969-12-31 23:59:59.5'::timestamp_ntz", 'TIMESTAMP_NTZ', '-0.500000000'],
  ["'2023-11-14 22:13:20 +0000'::timestamp_tz", 'TIMESTAMP_TZ', '1700000000.000000000 1440'],
])('%s is %s on the wire', async (expression, type, wire) => {
  const outcome = await session.run(`select ${expression} as v, null as n`);
  if (outcome.kind !== 'rows') throw new Error('no rows');
  expect(outcome.columns[0]).toMatchObject({ name: 'V', type });
  const batches = [];
  for await (const batch of outcome.rows) batches.push(...batch);
  expect(batches).toEqual([[wire, null]]);
});

test('whole numbers of any width are NUMBER(38,0), decimals say their scale', async () => {
  await session.run('create table t (a bigint, b number(12, 3))');
  const outcome = await session.run('select a, b, count(*) as n, sum(a) as s from t group by a, b');
  if (outcome.kind !== 'rows') throw new Error('no rows');
  const integer = { type: 'FIXED', precision: 38, scale: 0 };
  expect(outcome.columns).toMatchObject([
    integer,
    { type: 'FIXED', precision: 12, scale: 3 },
    integer,
    integer,
  ]);
  expect(outcome.columns.map(({ name }) => name)).toEqual(['A', 'B', 'N', 'S']);
  for await (const batch of outcome.rows) expect(batch).toEqual([]);
});

test('a VARIANT is JSON with an element on each line, as JSON_INDENT has it, and numbers keep their digits', async () => {
  const sql = `select parse_json('{"b": [1.5, {}, [], "x: y"], "a": null}') as v`;
  expect(await session.value(sql)).toBe(
    '{\n  "b": [\n    1.5,\n    {},\n    [],\n    "x: y"\n  ],\n  "a": null\n}',
  );
  await session.run('alter session set json_indent = 0');
  expect(await session.value(sql)).toBe('{"b":[1.5,{},[],"x: y"],"a":null}');
});

const million = 'select row_number() over (order by 1) as n from table(generator(rowcount => 1000000))';

test('a large result comes in batches; the session waits until it is read or let go', async () => {
  const outcome = await session.run(million);
  if (outcome.kind !== 'rows') throw new Error('no rows');
  const next = session.value('select 1');
  let batches = 0;
  for await (const batch of outcome.rows) {
    expect(batch.length).toBeLessThan(10_000);
    batches += 1;
    if (batches === 3) break;
  }
  expect(await next).toBe('1');
});

test('the session is free once a large result was read to its end', async () => {
  const outcome = await session.run(million);
  if (outcome.kind !== 'rows') throw new Error('no rows');
  let rows = 0;
  for await (const batch of outcome.rows) rows += batch.length;
  expect(rows).toBe(1_000_000);
  expect(await session.value('select 1')).toBe('1');
});

const cancelled = new SqlRefused('000604', '57014', 'SQL execution canceled');
const slow =
  'select count(*) as n from t as a cross join t as b cross join t as c where a.n + b.n + c.n = -1';

test('a running statement ends with the reason it was cancelled for, and has changed nothing', async () => {
  await session.run(
    'create table t as select row_number() over (order by 1) as n from table(generator(rowcount => 20000))',
  );
  for (const sql of [slow, `insert into t ${slow}`, `create table u as ${slow}`]) {
    const end = new AbortController();
    const running = session.run(sql, [], end.signal);
    await sleep(150);
    end.abort(cancelled);
    await expect(running).rejects.toBe(cancelled);
  }
  expect(await session.value('select count(*) from t')).toBe('20000');
  expect(await session.refusal('select * from u')).toBe('002003');
});

test('a result that is cancelled while it is read ends, and the session goes on', async () => {
  const end = new AbortController();
  const outcome = await session.run(million, [], end.signal);
  if (outcome.kind !== 'rows') throw new Error('no rows');
  const reading = (async () => {
    for await (const batch of outcome.rows) {
      expect(batch.length).toBeGreaterThan(0);
      end.abort(cancelled);
    }
  })();
  await expect(reading).rejects.toBe(cancelled);
  expect(await session.value('select 1')).toBe('1');
});

test('SYSTEM$WAIT takes its time, and can be ended', async () => {
  const started = Date.now();
  await session.run("call system$wait(60, 'MILLISECONDS')");
  expect(Date.now() - started).toBeGreaterThanOrEqual(55);
  const end = new AbortController();
  const waiting = session.run('select system$wait(30)', [], end.signal);
  end.abort(cancelled);
  await expect(waiting).rejects.toBe(cancelled);
});

test('EXPLAIN compiles and does not run', async () => {
  await session.run('create table t (n bigint)');
  await session.run('alter warehouse shopwave_wh suspend');
  expect(await session.refusal('explain select n / 0 from t')).toBeUndefined();
  expect(await session.refusal('explain select nope from t')).toBe('000904');
});
