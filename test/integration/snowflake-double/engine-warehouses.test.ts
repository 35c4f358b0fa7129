import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountRig } from '../../support/snowflake-double/engine/account-rig.ts';
import type { AccountRig, RigSession } from '../../support/snowflake-double/engine/account-rig.ts';

let rig: AccountRig;
let session: RigSession;

beforeEach(async () => {
  rig = await accountRig();
  session = await rig.session();
  await session.run('create schema marts');
  await session.run("create table marts.t as select 1 as a, 'x' as b");
  await session.run('alter warehouse shopwave_wh suspend');
});

afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

test.each([
  'select a from marts.t',
  'select count(*) from information_schema.tables',
  "insert into marts.t values (2, 'y')",
  'create table marts.u as select a from marts.t',
  'delete from marts.t',
])('while the warehouse rests, %s is refused', async (sql) => {
  expect(await session.refusal(sql)).toBe('000606');
  await session.run('alter warehouse shopwave_wh resume');
  expect(await session.refusal(sql)).toBeUndefined();
});

test.each([
  'select current_role()',
  'begin',
  'show tables',
  'describe table marts.t',
  'create table marts.u (a bigint)',
  'create view marts.v as select a from marts.t',
  'create table marts.u clone marts.t',
  'truncate table marts.t',
  'drop table marts.t',
  "list '@_meta.landing'",
  'grant select on table marts.t to role public',
])('what only the catalogue answers needs none: %s', async (sql) => {
  expect(await session.refusal(sql)).toBeUndefined();
});

test('a session without a warehouse is refused what computes', async () => {
  const lost = await rig.open({ warehouse: 'NOWHERE' });
  expect(lost.raw.context.warehouse).toBeNull();
  expect(await lost.refusal('select a from marts.t')).toBe('000606');
});

test('RESUME of what runs and SUSPEND of what rests are refused, but IF SUSPENDED', async () => {
  expect(await session.refusal('alter warehouse shopwave_wh suspend')).toBe('090064');
  await session.run('alter warehouse shopwave_wh resume if suspended');
  await session.run('alter warehouse shopwave_wh resume if suspended');
  expect(await session.refusal('alter warehouse shopwave_wh resume')).toBe('090064');
  expect(rig.admin.meter('SHOPWAVE_WH').resumes).toBe(2);
});

test('each resume is billed for a minute at least, then by the second', async () => {
  const billed = (): number => rig.admin.meter('SHOPWAVE_WH').billedSeconds;
  const before = billed();
  await session.run('alter warehouse shopwave_wh resume');
  rig.pass(5);
  await session.run('alter warehouse shopwave_wh suspend');
  expect(billed() - before).toBe(60);
  await session.run('alter warehouse shopwave_wh resume');
  rig.pass(90);
  await session.run('alter warehouse shopwave_wh suspend');
  rig.pass(1000);
  expect(billed() - before).toBe(150);
});

test('AUTO_RESUME wakes it at the first statement, AUTO_SUSPEND puts it to sleep by itself', async () => {
  await session.run('alter warehouse shopwave_wh set auto_resume = true auto_suspend = 120');
  expect(await session.value('select a from marts.t')).toBe('1');
  rig.pass(300);
  expect((await session.rows("show warehouses like 'shopwave%'"))[0]).toMatchObject({ state: 'SUSPENDED' });
  const { resumes, billedSeconds } = rig.admin.meter('SHOPWAVE_WH');
  // One resume at the beginning, for which a minute was billed; this one for two.
  expect([resumes, billedSeconds]).toEqual([2, 180]);
});

test('a resource monitor whose credits are used up keeps the warehouse from running', async () => {
  await session.run('create resource monitor cap with credit_quota = 1');
  await session.run('alter warehouse shopwave_wh set resource_monitor = cap warehouse_size = large');
  await session.run('alter warehouse shopwave_wh resume');
  expect(await session.value('select a from marts.t')).toBe('1');
  rig.pass(3600);
  expect(await session.refusal('select a from marts.t')).toBe('090073');
  expect(await session.refusal('alter warehouse shopwave_wh resume if suspended')).toBe('090073');
  await session.run('alter resource monitor cap set credit_quota = 100');
  expect(await session.refusal('alter warehouse shopwave_wh resume if suspended')).toBeUndefined();
});

test('a new warehouse runs at once unless told otherwise, and is as Snowflake makes them', async () => {
  await session.run('create warehouse loading');
  await session.run(
    "create warehouse if not exists resting with warehouse_size = 'MEDIUM' auto_suspend = 60 auto_resume = false initially_suspended = true",
  );
  expect(await session.rows('show warehouses')).toMatchObject([
    { name: 'SHOPWAVE_WH', state: 'SUSPENDED' },
    { name: 'LOADING', state: 'STARTED', size: 'X-Small', auto_suspend: '600', auto_resume: 'true' },
    { name: 'RESTING', state: 'SUSPENDED', size: 'Medium', auto_suspend: '60', auto_resume: 'false' },
  ]);
});
