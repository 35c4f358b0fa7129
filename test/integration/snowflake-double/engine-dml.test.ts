import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountRig, fixed, text } from '../../support/snowflake-double/engine/account-rig.ts';
import type { AccountRig, RigSession } from '../../support/snowflake-double/engine/account-rig.ts';

let rig: AccountRig;
let session: RigSession;

beforeEach(async () => {
  rig = await accountRig();
  session = await rig.session();
  await session.run('create schema marts');
  await session.run('create table marts.t (a bigint primary key, b varchar unique)');
  await session.run("insert into marts.t values (1, 'x'), (2, 'y')");
});

afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

test('no key is enforced, NOT NULL is, and a primary key says NOT NULL', async () => {
  await session.run("insert into marts.t values (1, 'x')");
  expect(await session.value('select count(*) from marts.t where a = 1')).toBe('2');
  expect(await session.refusal("insert into marts.t values (null, 'x')")).toBe('100072');
  expect(await session.refusal('update marts.t set a = null')).toBe('100072');
});

test('INSERT, UPDATE and DELETE answer how many rows they changed', async () => {
  expect(await session.rows("insert into marts.t values (3, 'z'), (4, 'z')")).toEqual([
    { 'number of rows inserted': '2' },
  ]);
  expect(await session.rows("update marts.t set b = 'w' where a > 2")).toEqual([
    { 'number of rows updated': '2', 'number of multi-joined rows updated': '0' },
  ]);
  expect(await session.rows('delete from marts.t where a > 2')).toEqual([{ 'number of rows deleted': '2' }]);
  expect(await session.rows('delete from marts.t where a > 2')).toEqual([{ 'number of rows deleted': '0' }]);
});

const source = `(select 1 as a, 'one' as b union all select 9, 'nine')`;

test('MERGE answers counts of what it may do, in that order', async () => {
  expect(
    await session.rows(`merge into marts.t using ${source} as s on t.a = s.a
      when matched then update set b = s.b when not matched then insert (a, b) values (s.a, s.b)`),
  ).toEqual([{ 'number of rows inserted': '1', 'number of rows updated': '1' }]);
  expect(
    await session.rows(`merge into marts.t as target using ${source} as s on target.a = s.a
      when matched and s.a = 9 then delete when matched then update set b = 'again'`),
  ).toEqual([{ 'number of rows updated': '1', 'number of rows deleted': '1' }]);
  expect(await session.rows('select a, b from marts.t order by a')).toEqual([
    { A: '1', B: 'again' },
    { A: '2', B: 'y' },
  ]);
});

const twice = `(select 1 as a, 'one' as b union all select 1, 'uno')`;
const mergeTwice = `merge into marts.t using ${twice} as s on t.a = s.a when matched then update set b = s.b`;

test('a MERGE that finds two rows for one fails, and changes nothing', async () => {
  expect(await session.refusal(mergeTwice)).toBe('100090');
  expect(await session.value('select b from marts.t where a = 1')).toBe('x');
});

test('a condition that leaves one of the two makes the MERGE good, and so does one that only deletes', async () => {
  await session.run(mergeTwice.replace('when matched', "when matched and s.b = 'uno'"));
  expect(await session.value('select b from marts.t where a = 1')).toBe('uno');
  await session.run(`merge into marts.t using ${twice} as s on t.a = s.a when matched then delete`);
  expect(await session.value('select count(*) from marts.t')).toBe('1');
});

test('several rows that delete one are good where another clause updates, unless one of them would update', async () => {
  const deletes = `merge into marts.t using ${twice} as s on t.a = s.a
    when matched and s.b in ('one', 'uno') then delete when matched then update set b = s.b`;
  expect(await session.refusal(deletes.replace("('one', 'uno')", "('one')"))).toBe('100090');
  expect(await session.refusal(deletes)).toBeUndefined();
  expect(await session.value('select count(*) from marts.t where a = 1')).toBe('0');
});

test('without ERROR_ON_NONDETERMINISTIC_MERGE it takes either', async () => {
  await session.run('alter session set error_on_nondeterministic_merge = false');
  expect(await session.refusal(mergeTwice)).toBeUndefined();
});

test('an UPDATE counts a row once, says how many it could not decide on, and fails only where it is told to', async () => {
  const update = `update marts.t set b = s.b from ${twice} as s where s.a = t.a and s.a > ?`;
  expect(await session.rows(update, [fixed(0)])).toEqual([
    { 'number of rows updated': '1', 'number of multi-joined rows updated': '1' },
  ]);
  await session.run('alter session set error_on_nondeterministic_update = true');
  expect(await session.refusal(update, [fixed(0)])).toBe('100090');
});

test('binds are values and no text of the statement', async () => {
  await session.run('insert into marts.t values (?, ?)', [fixed(3), text("it's; --")]);
  expect(await session.rows('select b from marts.t where a = ?', [fixed(3)])).toEqual([{ B: "it's; --" }]);
  const merge = `merge into marts.t using (select ? as a, ? as b) as s on t.a = s.a and s.b <> ?
    when matched then update set b = s.b`;
  await session.run(merge, [fixed(3), text('merged'), text('other')]);
  expect(await session.value('select b from marts.t where a = 3')).toBe('merged');
});

test('an array bind inserts a row for each of its values, all or none', async () => {
  const binds = (values: readonly (string | null)[]) => [
    { type: 'FIXED' as const, value: values },
    { type: 'TEXT' as const, value: values },
  ];
  expect(await session.rows('insert into marts.t values (?, ?)', binds(['5', '6', '7']))).toEqual([
    { 'number of rows inserted': '3' },
  ]);
  expect(await session.refusal('insert into marts.t values (?, ?)', binds(['8', null]))).toBe('100072');
  expect(await session.value('select count(*) from marts.t where a > 4')).toBe('3');
});

test.each([
  ['select 1 / 0', '100051'],
  ["select 'x'::number", '100038'],
  ['select * from marts.nope', '002003'],
  ['select * from nope.t', '002003'],
  ['select nope from marts.t', '000904'],
  ['select nope(1)', '002140'],
  ['selec 1', '001003'],
  ['insert into marts.t values (1)', '002057'],
  ['create table marts.t (a bigint)', '002002'],
  ['insert all into marts.t select 1', '000002'],
  ['create task marts.x as select 1', '001003'],
  ['set x = 1', '000002'],
  ['alter session set nothing_known = 1', '001006'],
])('%s is refused with %s', async (sql, code) => {
  expect(await session.refusal(sql)).toBe(code);
});
