import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountRig } from '../../support/snowflake-double/engine/account-rig.ts';
import type { AccountRig, RigSession } from '../../support/snowflake-double/engine/account-rig.ts';
import { SqlRefused } from '../../support/snowflake-double/contract.ts';

let rig: AccountRig;
let one: RigSession;
let two: RigSession;

beforeEach(async () => {
  rig = await accountRig();
  one = await rig.session();
  two = await rig.session();
  await one.run('create schema marts');
  for (const name of ['t', 'u']) {
    await one.run(`create table marts.${name} (a bigint, b varchar)`);
    await one.run(`insert into marts.${name} values (1, 'x')`);
  }
});

afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

/** Whether a promise is settled a little later. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const waited = Symbol('waited');
  return (await Promise.race([promise.catch(() => {}), sleep(60, waited)])) !== waited;
}

test.each([
  ['UPDATE', "update marts.t set b = 'y'"],
  ['DELETE', 'delete from marts.t'],
  ['MERGE', 'merge into marts.t using marts.u as s on t.a = s.a when matched then delete'],
  ['INSERT', "insert into marts.t values (2, 'z')"],
  ['DDL', 'alter table marts.t add column c varchar'],
])('%s waits for the transaction that has updated the table', async (_, statement) => {
  await one.run('begin');
  await one.run("update marts.t set b = 'w'");
  const waiting = two.run(statement);
  expect(await isSettled(waiting)).toBe(false);
  await one.run('commit');
  await waiting;
});

test('who waited builds on what was committed', async () => {
  await one.run('begin');
  await one.run('update marts.t set a = a + 1');
  const waiting = two.run('update marts.t set a = a + 1');
  await one.run('commit');
  await waiting;
  expect(await one.value('select a from marts.t')).toBe('3');
});

test('readers wait for nobody', async () => {
  await one.run('begin');
  await one.run("update marts.t set b = 'w'");
  expect(await two.value('select b from marts.t')).toBe('x');
});

test('INSERTs of two transactions go side by side; an UPDATE waits for both', async () => {
  const three = await rig.session();
  await one.run('begin');
  await one.run("insert into marts.t values (2, 'one')");
  await two.run('begin');
  await two.run("insert into marts.t values (3, 'two')");
  const update = three.run("update marts.t set b = 'three'");
  await one.run('commit');
  expect(await isSettled(update)).toBe(false);
  await two.run('commit');
  expect(await three.value("select count(*) from marts.t where b = 'three'")).toBe('3');
  await update;
});

test('LOCK_TIMEOUT ends the waiting with 000625', async () => {
  await two.run('alter session set lock_timeout = 0');
  await one.run('begin');
  await one.run("update marts.t set b = 'w'");
  expect(await two.refusal("update marts.t set b = 'y'")).toBe('000625');
  await one.run('rollback');
  expect(await two.refusal("update marts.t set b = 'y'")).toBeUndefined();
});

test('of a deadlock the newest statement is the victim, and the other goes on', async () => {
  await one.run('begin');
  await two.run('begin');
  await one.run("update marts.t set b = 'one'");
  await two.run("update marts.u set b = 'two'");
  const first = one.run("update marts.u set b = 'one'");
  expect(await isSettled(first)).toBe(false);
  expect(await two.refusal("update marts.t set b = 'two'")).toBe('000636');
  await two.run('rollback');
  await first;
  await one.run('commit');
  expect(await one.rows('select t.b as t, u.b as u from marts.t cross join marts.u')).toEqual([
    { T: 'one', U: 'one' },
  ]);
});

test('two that have inserted and then update are a deadlock, too', async () => {
  for (const session of [one, two]) {
    await session.run('begin');
    await session.run("insert into marts.t values (2, 'z')");
  }
  const first = one.run("update marts.t set b = 'one'");
  expect(await two.refusal("update marts.t set b = 'two'")).toBe('000636');
  await two.run('rollback');
  await first;
});

test('a statement that waits can be cancelled, and holds nothing', async () => {
  await one.run('begin');
  await one.run("update marts.t set b = 'w'");
  const end = new AbortController();
  const waiting = two.run("update marts.t set b = 'y'", [], end.signal);
  expect(await isSettled(waiting)).toBe(false);
  end.abort(new SqlRefused('000604', '57014', 'SQL execution canceled'));
  await expect(waiting).rejects.toMatchObject({ code: '000604' });
  await one.run('commit');
  expect(await one.refusal("update marts.t set b = 'z'")).toBeUndefined();
});

test('a table that was dropped while somebody waited for it is missing to him', async () => {
  const three = await rig.session();
  await one.run('begin');
  await one.run("update marts.t set b = 'w'");
  const drop = three.run('drop table marts.t');
  expect(await isSettled(drop)).toBe(false);
  const waiting = two.refusal("update marts.t set b = 'y'");
  expect(await isSettled(waiting)).toBe(false);
  await one.run('commit');
  await drop;
  expect(await waiting).toBe('002003');
});

test('a transaction of which nothing is heard for five minutes is rolled back once it is in the way', async () => {
  await one.run('begin');
  await one.run("update marts.t set b = 'gone'");
  rig.pass(299);
  const waiting = two.run("update marts.t set b = b || 'y'");
  expect(await isSettled(waiting)).toBe(false);
  rig.pass(2);
  await waiting;
  await one.run('commit');
  expect(await two.value('select b from marts.t')).toBe('xy');
});
