import { expect, test } from 'vitest';
import { mustBeOneRead } from '../../../../warehouse/snowflake/read-only.ts';
import {
  endsTransaction,
  isLong,
  isRead,
  needsWarehouse,
  scanSql,
} from '../../../../warehouse/snowflake/sql-scan.ts';

const statements = [
  // text, read, needs the virtual warehouse, ends a transaction, long
  ['select 1', true, true, false, false],
  ['-- why\n/* and ; how */ // so\nSELECT 1;', true, true, false, false],
  ['(select 1)', true, true, false, false],
  ['with a as (select 1) select * from a', true, true, false, false],
  ['show tables', true, false, false, false],
  ['describe table t', true, false, false, false],
  ['explain select 1', true, false, false, false],
  ['insert into t select 1', false, true, false, false],
  ['insert overwrite into t select 1', false, true, false, true],
  ['copy into t from @s', false, true, false, false],
  ['put file:///a @s', false, false, false, false],
  ['remove @s/a', false, false, false, false],
  ['begin transaction', false, false, true, false],
  ['commit', false, false, true, false],
  ['alter session set TIMEZONE = 1', false, false, false, false],
  ['alter warehouse w suspend', false, false, true, false],
  ['truncate table t', false, false, true, false],
  ['create table t (a int)', false, false, true, false],
  ['create schema if not exists s', false, false, true, false],
  ["create table t (select_as int, note varchar default 'as select')", false, false, true, false],
  ['create or replace transient table t as select 1', false, true, true, true],
  ['create table t cluster by (a) as\n(with x as (select 1) select * from x)', false, true, true, true],
  ['create or replace view v as select 1', false, false, true, false],
  ['create table t clone u', false, false, true, false],
] as const;

test.each(statements)('%s', (sql, read, computes, ends, long) => {
  const scanned = scanSql(sql);
  expect([isRead(scanned), needsWarehouse(scanned), endsTransaction(scanned), isLong(scanned)]).toEqual([
    read,
    computes,
    ends,
    long,
  ]);
});

const reads = [
  'select 1',
  'select 1;',
  "select ';' as a, 'it''s; fine', 'a\\'; delete from t; --' ; -- the end; of it",
  'select $$ ; drop table t $$',
  'select ";" from t',
  'with x as (select 1) select * from x',
  "show schemas like 'system$'",
  'explain delete from t',
  '// comment\nselect 1',
];

test.each(reads)('a read: %s', (sql) => {
  expect(() => mustBeOneRead(sql)).not.toThrow();
});

const others = [
  '',
  ';',
  '-- select 1',
  'delete from t',
  'select 1; delete from t',
  "select 'a' ; ; drop table t",
  '/* select */ drop table t',
  'call p()',
  'execute immediate $$ select 1 $$',
  'begin select 1; end',
  'create table t as select 1',
  'use role accountadmin',
  'set a = 1',
  'put file:///etc/passwd @~',
  'get @~/a file:///tmp',
  'alter session set ROWS_PER_RESULTSET = 0',
  "select system$cancel_query('a')",
  'select SYSTEM$ABORT_TRANSACTION(1)',
  'merge into t using u on true when matched then delete',
  "select 'unclosed ; delete from t",
];

test.each(others.slice(0, -1))('no read: %s', (sql) => {
  expect(() => mustBeOneRead(sql)).toThrow(expect.objectContaining({ code: 'WAREHOUSE_NOT_READ_ONLY' }));
});

test('what is never closed hides nothing: it is one text to Snowflake, too', () => {
  expect(scanSql(others.at(-1) ?? '').count).toBe(1);
});
