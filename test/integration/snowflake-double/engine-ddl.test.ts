import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountRig } from '../../support/snowflake-double/engine/account-rig.ts';
import type { AccountRig, RigSession } from '../../support/snowflake-double/engine/account-rig.ts';

let rig: AccountRig;
let session: RigSession;

beforeEach(async () => {
  rig = await accountRig();
  session = await rig.session();
  await session.run('create schema marts');
  await session.run(
    'create transient table marts.t (a bigint not null, b varchar) data_retention_time_in_days = 0',
  );
  await session.run("insert into marts.t values (1, 'x'), (2, 'y')");
});

afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

test('CREATE OR REPLACE TABLE AS keeps the old table where its query fails', async () => {
  expect(await session.refusal('create or replace table marts.t as select a / 0 as q from marts.t')).toBe(
    '100051',
  );
  expect(await session.value('select count(*) from marts.t')).toBe('2');
  await session.run('create or replace table marts.t as select a + 1 as q from marts.t');
  expect(await session.rows('select * from marts.t order by 1')).toEqual([{ Q: '2' }, { Q: '3' }]);
});

test('IF NOT EXISTS leaves what is there; without it, it is refused', async () => {
  await session.run('create table if not exists marts.t (z bigint)');
  expect(await session.value('select count(a) from marts.t')).toBe('2');
  expect(await session.refusal('create table marts.t as select 1 as a')).toBe('002002');
  expect(await session.refusal('create view marts.t as select 1 as a')).toBe('002002');
});

test('a clone is a copy that goes its own way', async () => {
  await session.run('create table marts.u clone marts.t');
  await session.run('delete from marts.t');
  expect(await session.value('select count(*) from marts.u')).toBe('2');
  expect(await session.refusal('insert into marts.u values (null, null)')).toBe('100072');
});

test('SWAP WITH exchanges two tables, and views follow the names', async () => {
  await session.run('create view marts.v as select a, b from marts.t');
  await session.run("create table marts.u as select 9 as a, 'swapped' as b");
  await session.run('alter table marts.u swap with marts.t');
  expect(await session.rows('select * from marts.v')).toEqual([{ A: '9', B: 'swapped' }]);
  expect(await session.value('select count(*) from marts.u')).toBe('2');
  await session.run("update marts.t set b = 'changed'");
  expect(await session.value('select b from marts.v')).toBe('changed');
});

test('columns are added, renamed, dropped and loosened; views with a star keep the columns they had', async () => {
  await session.run('create view marts.star as select * from marts.t');
  await session.run("alter table marts.t add column c varchar default 'new'");
  expect(await session.refusal('select * from marts.star')).toBe('002057');
  expect(await session.rows('select b, c from marts.t where a = 1')).toEqual([{ B: 'x', C: 'new' }]);
  await session.run('alter table marts.t drop column c');
  expect(await session.rows('select * from marts.star order by 1 limit 1')).toEqual([{ A: '1', B: 'x' }]);
  await session.run('alter table marts.t rename column b to bee');
  expect(await session.value('select bee from marts.t where a = 1')).toBe('x');
  await session.run('alter table marts.t alter column a drop not null');
  expect(await session.refusal('insert into marts.t values (null, null)')).toBeUndefined();
});

test('a renamed table keeps its rows and is known by its new name alone', async () => {
  await session.run('alter table marts.t rename to marts.renamed');
  expect(await session.value('select max(renamed.a) from marts.renamed')).toBe('2');
  expect(await session.refusal('select * from marts.t')).toBe('002003');
});

test('DROP says what is not there, and is silent with IF EXISTS', async () => {
  expect(await session.refusal('drop table marts.u')).toBe('002003');
  expect(await session.refusal('drop table if exists marts.u')).toBeUndefined();
  expect(await session.refusal('drop view marts.t')).toBe('002003');
  await session.run('drop schema marts');
  expect(await session.refusal('select * from marts.t')).toBe('002003');
});

test('a dropped table is gone from views that read it', async () => {
  await session.run('create view marts.v as select a from marts.t');
  expect(await session.value('select count(*) from marts.v')).toBe('2');
  await session.run('drop table marts.t');
  expect(await session.refusal('select * from marts.v')).toBe('002003');
});

test('names in a view are looked for where the view is', async () => {
  await session.run('use schema marts');
  await session.run('create view v as select a from t');
  await session.run('use schema public');
  expect(await session.value('select count(*) from marts.v')).toBe('2');
});

test('a temporary table is seen by its session alone, hides the other, and goes with it', async () => {
  await session.run('create temporary table marts.t as select 7 as a');
  expect(await session.value('select a from marts.t')).toBe('7');
  const other = await rig.session();
  expect(await other.value('select count(*) from marts.t')).toBe('2');
  await session.raw.end();
  expect(await other.value("select count(*) from information_schema.tables where table_name = 'T'")).toBe(
    '1',
  );
});

test('two schemas change places with all that is in them', async () => {
  await session.run('create schema marts_new');
  await session.run("create table marts_new.t as select 5 as a, 'new' as b");
  await session.run('alter schema marts swap with marts_new');
  expect(await session.value('select b from marts.t')).toBe('new');
  expect(await session.value('select count(*) from marts_new.t')).toBe('2');
});

test('CREATE SCHEMA and CREATE DATABASE move the session into what they make', async () => {
  await session.run('create database other');
  expect(session.raw.context).toMatchObject({ database: 'OTHER', schema: 'PUBLIC' });
  await session.run('create schema inner_one');
  expect(session.raw.context).toMatchObject({ database: 'OTHER', schema: 'INNER_ONE' });
  await session.run('create table t as select 3 as n');
  await session.run('use database shopwave');
  expect(await session.value('select n from other.inner_one.t')).toBe('3');
});
