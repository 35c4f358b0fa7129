import { afterEach, beforeEach, expect, test } from 'vitest';
import { snowflakeCapabilities } from '../../../warehouse/capabilities.ts';
import { accountRig } from '../../support/snowflake-double/engine/account-rig.ts';
import type { AccountRig, RigSession } from '../../support/snowflake-double/engine/account-rig.ts';

let rig: AccountRig;
let ours: RigSession;
let bare: RigSession;

beforeEach(async () => {
  rig = await accountRig();
  ours = await rig.session();
  bare = await rig.session('bare');
});

afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

test('every parameter that the project counts on is one that sessions have', async () => {
  const rows = await ours.rows('show parameters');
  const values = new Map(rows.map((row) => [row['key'], row]));
  for (const [name, value] of Object.entries(snowflakeCapabilities.sessionParameters))
    expect(values.get(name), name).toMatchObject({ value: String(value), level: 'SESSION' });
});

test('a session that sets no zone is in Los Angeles', async () => {
  const sql =
    "select timestamp_tz_from_text as t from (select '2026-07-01 12:00:00'::timestamp_tz as timestamp_tz_from_text)";
  expect(await ours.value(sql)).toBe('1782907200.000000000 1440');
  // Seven hours behind in summer.
  expect(await bare.value(sql)).toBe('1782932400.000000000 1020');
  await bare.run("alter session set timezone = 'Europe/Berlin'");
  expect(await bare.value(sql)).toBe('1782900000.000000000 1560');
});

test('without QUOTED_IDENTIFIERS_IGNORE_CASE a quoted lower-case name is another one', async () => {
  await ours.run('create table "orders" ("order_id" bigint)');
  expect(await ours.refusal('select order_id from orders')).toBeUndefined();
  expect(await bare.refusal('select order_id from orders')).toBeUndefined();
  expect(await bare.refusal('select * from "orders"')).toBe('002003');
  await bare.run('create table "orders" (n bigint)');
  await bare.run('insert into "orders" values (1)');
  expect(await bare.value('select count(*) from orders')).toBe('0');
  expect(await bare.refusal('select "order_id" from orders')).toBe('000904');
});

test('a statement goes by the parameters that are set now, until they are unset', async () => {
  expect(await ours.refusal("alter session set timezone = 'Nowhere/City'")).toBe('001007');
  await ours.run("alter session set timezone = 'Asia/Tokyo', week_start = 7");
  expect(ours.raw.parameters.get('TIMEZONE')).toBe('Asia/Tokyo');
  await ours.run('alter session unset timezone');
  expect(ours.raw.parameters.has('TIMEZONE')).toBe(false);
});

test('USE moves the session, to what is there', async () => {
  await ours.run('create schema marts');
  await ours.run('use schema public');
  expect(ours.raw.context.schema).toBe('PUBLIC');
  await ours.run('use schema shopwave.marts');
  expect(await ours.value('select current_schema()')).toBe('MARTS');
  expect(await ours.refusal('use schema nowhere')).toBe('002043');
  expect(await ours.refusal('use warehouse nothing')).toBe('002043');
  expect(await ours.refusal('use role nobody')).toBe('002003');
  await ours.run('create role reader');
  await ours.run('use role reader');
  expect(ours.raw.context.role).toBe('READER');
});

test('a login to a database that is not there leaves the session without one', async () => {
  const lost = await rig.open({ database: 'NOWHERE' });
  expect(lost.raw.context).toMatchObject({ database: null, schema: null });
  expect(await lost.refusal('select * from t')).toBe('090105');
  await expect(rig.open({ role: 'NOBODY' })).rejects.toMatchObject({ code: '002043' });
});

test('statements of one session run one after the other, in the order of asking', async () => {
  await ours.run('create table t (n bigint)');
  const [, , count] = await Promise.all([
    ours.run('insert into t values (1)'),
    ours.run('insert into t values (2)'),
    ours.value('select count(*) from t'),
  ]);
  expect(count).toBe('2');
});

test('DESCRIBE RESULT tells the columns of the last query', async () => {
  await ours.rows('select 1::number(10, 2) as amount, current_date() as day');
  expect(await ours.rows('describe result last_query_id()')).toMatchObject([
    { name: 'AMOUNT', type: 'NUMBER(10,2)' },
    { name: 'DAY', type: 'DATE' },
  ]);
});
