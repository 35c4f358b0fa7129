import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountRig } from '../../support/snowflake-double/engine/account-rig.ts';
import { executing } from '../../support/snowflake-double/engine/execution.ts';
import { Physical } from '../../support/snowflake-double/engine/physical.ts';
import type { AccountRig, RigSession } from '../../support/snowflake-double/engine/account-rig.ts';

let rig: AccountRig;
let one: RigSession;
let two: RigSession;

beforeEach(async () => {
  rig = await accountRig();
  one = await rig.session();
  two = await rig.session();
  await one.run('create schema marts');
  await one.run('create table marts.t (a bigint not null, b varchar)');
  await one.run("insert into marts.t values (1, 'x'), (2, 'y')");
});

afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

const all = (session: RigSession): Promise<unknown> => session.rows('select a, b from marts.t order by a');
const before = [
  { A: '1', B: 'x' },
  { A: '2', B: 'y' },
];

test('a transaction sees its own changes, others only what is committed', async () => {
  await one.run('begin');
  await one.run("update marts.t set b = 'z' where a = 1");
  await one.run("insert into marts.t values (3, 'w')");
  const after = [
    { A: '1', B: 'z' },
    { A: '2', B: 'y' },
    { A: '3', B: 'w' },
  ];
  expect(await all(one)).toEqual(after);
  expect(await all(two)).toEqual(before);
  await one.run('commit');
  expect(await all(two)).toEqual(after);
});

test('rows that a transaction added go with its rollback, and so do its changes', async () => {
  await one.run('begin');
  await one.run("insert into marts.t values (3, 'w')");
  await one.run('delete from marts.t where a = 1');
  expect(await all(one)).toEqual([
    { A: '2', B: 'y' },
    { A: '3', B: 'w' },
  ]);
  await one.run('rollback');
  expect(await all(one)).toEqual(before);
});

test('each statement of a transaction reads what is committed when it begins', async () => {
  await one.run('create table marts.other (n bigint)');
  await one.run('begin');
  await one.run("update marts.t set b = 'z' where a = 1");
  expect(await one.value('select count(*) from marts.other')).toBe('0');
  await two.run('insert into marts.other values (1)');
  expect(await one.value('select count(*) from marts.other')).toBe('1');
  await one.run('commit');
});

test('rows that others commit are seen beside rows that a transaction has added itself', async () => {
  await one.run('begin');
  await one.run("insert into marts.t values (3, 'mine')");
  await two.run("insert into marts.t values (4, 'theirs')");
  expect(await one.value('select count(*) from marts.t')).toBe('4');
  expect(await two.value('select count(*) from marts.t')).toBe('3');
  await one.run('rollback');
  expect(await two.value('select count(*) from marts.t')).toBe('3');
});

test('a view over a changed table shows the change to its transaction alone', async () => {
  await one.run('create view marts.v as select a, b from marts.t where a > 1');
  await one.run('begin');
  await one.run("update marts.t set b = 'z'");
  expect(await one.value('select b from marts.v')).toBe('z');
  expect(await two.value('select b from marts.v')).toBe('y');
  await one.run('commit');
  expect(await two.value('select b from marts.v')).toBe('z');
});

test('two tables change for others in one moment', async () => {
  await one.run('create table marts.left_side (n bigint)');
  await one.run('create table marts.right_side (n bigint)');
  await one.run('insert into marts.left_side values (0)');
  await one.run('insert into marts.right_side values (0)');
  const over = new AbortController();
  const pairs: (readonly [unknown, unknown])[] = [];
  const sql = 'select l.n as l, (select max(n) from marts.right_side) as r from marts.left_side as l';
  const seeing = (async () => {
    while (!over.signal.aborted) for (const row of await two.rows(sql)) pairs.push([row['L'], row['R']]);
  })();
  for (let round = 1; round <= 12; round += 1) {
    await one.run('begin');
    await one.run(`update marts.left_side set n = ${round}`);
    await one.run(`insert into marts.right_side values (${round})`);
    await one.run('commit');
  }
  over.abort();
  await seeing;
  expect(pairs.length).toBeGreaterThan(3);
  expect(pairs.filter(([left, right]) => left !== right)).toEqual([]);
});

test('any DDL commits what is open, and is not undone', async () => {
  await one.run('begin');
  await one.run("update marts.t set b = 'z' where a = 1");
  await one.run('create table marts.made (n bigint)');
  await one.run('rollback');
  expect(await two.value('select b from marts.t where a = 1')).toBe('z');
  expect(await two.value('select count(*) from marts.made')).toBe('0');
});

test('DDL that fails has committed all the same', async () => {
  await one.run('begin');
  await one.run("update marts.t set b = 'z' where a = 1");
  expect(await one.refusal('drop table marts.never_made')).toBe('002003');
  await one.run('rollback');
  expect(await two.value('select b from marts.t where a = 1')).toBe('z');
});

test('TRUNCATE and INSERT OVERWRITE are undone by a rollback, and read what was there before', async () => {
  await one.run('begin');
  await one.run('insert overwrite into marts.t select a + 10, b from marts.t');
  expect(await one.rows('select a from marts.t order by a')).toEqual([{ A: '11' }, { A: '12' }]);
  await one.run('truncate table marts.t');
  expect(await one.value('select count(*) from marts.t')).toBe('0');
  expect(await all(two)).toEqual(before);
  await one.run('rollback');
  expect(await all(one)).toEqual(before);
});

test('the end of a session rolls back', async () => {
  await one.run('begin');
  await one.run('delete from marts.t');
  await one.raw.end();
  expect(await all(two)).toEqual(before);
  expect(await two.value('delete from marts.t')).toBe('2');
});

test('a statement that fails is undone by itself; the transaction goes on unless it is told to abort', async () => {
  await one.run('alter session set transaction_abort_on_error = false');
  await one.run('begin');
  await one.run("update marts.t set b = 'z' where a = 1");
  expect(await one.refusal('insert into marts.t select null, b from marts.t')).toBe('100072');
  await one.run("update marts.t set b = 'w' where a = 2");
  await one.run('commit');
  expect(await all(two)).toEqual([
    { A: '1', B: 'z' },
    { A: '2', B: 'w' },
  ]);
});

test('TRANSACTION_ABORT_ON_ERROR: after a failure nothing but its end is taken, and nothing is committed', async () => {
  await one.run('begin');
  await one.run("update marts.t set b = 'z' where a = 1");
  expect(await one.refusal('insert into marts.t select null, b from marts.t')).toBe('100072');
  expect(await one.refusal("update marts.t set b = 'w' where a = 2")).toBe('000625');
  expect(await one.refusal('commit')).toBe('000625');
  expect(await all(one)).toEqual(before);
});

test('BEGIN within a transaction does nothing; COMMIT and ROLLBACK without one neither', async () => {
  await one.run('commit');
  await one.run('rollback');
  await one.run('begin transaction');
  await one.run("update marts.t set b = 'z' where a = 1");
  await one.run('begin');
  await one.run('rollback');
  expect(await all(one)).toEqual(before);
});

test('with AUTOCOMMIT off a change waits for COMMIT', async () => {
  await one.run('alter session set autocommit = false');
  await one.run('delete from marts.t where a = 1');
  expect(await all(two)).toEqual(before);
  await one.run('commit');
  expect(await all(two)).toEqual([{ A: '2', B: 'y' }]);
});

test('a statement sees the moment in which it began, however late it looks', async () => {
  const physical = await Physical.open(':memory:', 1);
  await physical.run('create table t (n int)');
  const rows = await executing(await physical.connect(), new AbortController().signal, async (execution) => {
    await execution.begin();
    await physical.run('insert into t values (1)');
    return await execution.rows('from t');
  });
  physical.close();
  expect(rows).toEqual([]);
});
