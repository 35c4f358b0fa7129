import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountRig } from '../../support/snowflake-double/engine/account-rig.ts';
import type { AccountRig, RigSession } from '../../support/snowflake-double/engine/account-rig.ts';

let rig: AccountRig;
let session: RigSession;

beforeEach(async () => {
  rig = await accountRig();
  session = await rig.session();
  await session.run('create schema marts');
  await session.run(`create table marts.fct_orders (
    order_key bigint not null, amount number(12, 2), placed_at timestamp_ntz(6), day date, payload variant,
    "is_test" boolean default false, ratio float, name varchar(20) comment 'who', primary key (order_key))
    cluster by (day) comment = 'orders'`);
});

afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

test("INFORMATION_SCHEMA.COLUMNS has names in upper case and types in Snowflake's words", async () => {
  expect(
    await session.rows(`select column_name, data_type, numeric_precision as p, numeric_scale as s, is_nullable as n
      from information_schema.columns where table_schema = 'MARTS' order by ordinal_position`),
  ).toEqual([
    { COLUMN_NAME: 'ORDER_KEY', DATA_TYPE: 'NUMBER', P: '38', S: '0', N: 'NO' },
    { COLUMN_NAME: 'AMOUNT', DATA_TYPE: 'NUMBER', P: '12', S: '2', N: 'YES' },
    { COLUMN_NAME: 'PLACED_AT', DATA_TYPE: 'TIMESTAMP_NTZ', P: null, S: null, N: 'YES' },
    { COLUMN_NAME: 'DAY', DATA_TYPE: 'DATE', P: null, S: null, N: 'YES' },
    { COLUMN_NAME: 'PAYLOAD', DATA_TYPE: 'VARIANT', P: null, S: null, N: 'YES' },
    { COLUMN_NAME: 'IS_TEST', DATA_TYPE: 'BOOLEAN', P: null, S: null, N: 'YES' },
    { COLUMN_NAME: 'RATIO', DATA_TYPE: 'FLOAT', P: null, S: null, N: 'YES' },
    { COLUMN_NAME: 'NAME', DATA_TYPE: 'TEXT', P: null, S: null, N: 'YES' },
  ]);
});

test("a view over a table, and a table made of it, have the table's types", async () => {
  await session.run('create view marts.v as select * from marts.fct_orders');
  await session.run('create table marts.copied as select * from marts.v');
  const types = (name: string): Promise<unknown> =>
    session.rows(
      `select column_name, data_type, numeric_precision, numeric_scale from information_schema.columns
       where table_name = '${name}' order by ordinal_position`,
    );
  expect(await types('V')).toEqual(await types('FCT_ORDERS'));
  expect(await types('COPIED')).toEqual(await types('FCT_ORDERS'));
});

test('INFORMATION_SCHEMA follows what is made, changed and dropped at once', async () => {
  const tables = async (): Promise<unknown> =>
    (
      await session.rows(
        `select table_name || ' ' || table_type as t from information_schema.tables
         where table_schema = 'MARTS' order by 1`,
      )
    ).map((row) => row['T']);
  await session.run('create view marts.v as select 1 as n');
  expect(await tables()).toEqual(['FCT_ORDERS BASE TABLE', 'V VIEW']);
  await session.run('alter table marts.fct_orders rename to marts.fct_sales');
  await session.run('drop view marts.v');
  expect(await tables()).toEqual(['FCT_SALES BASE TABLE']);
  await session.run('insert into marts.fct_sales (order_key) values (1), (2)');
  expect(
    await session.value("select row_count from information_schema.tables where table_name = 'FCT_SALES'"),
  ).toBe('2');
  expect(
    await session.value("select count(*) from information_schema.schemata where schema_name = 'MARTS'"),
  ).toBe('1');
  expect(await session.refusal('select * from information_schema.no_such_view')).toBe('002003');
});

test('DESCRIBE TABLE tells names, types, keys and comments', async () => {
  expect(await session.rows('describe table marts.fct_orders')).toMatchObject([
    { name: 'ORDER_KEY', type: 'NUMBER(38,0)', 'null?': 'N', 'primary key': 'Y' },
    { name: 'AMOUNT', type: 'NUMBER(12,2)', 'null?': 'Y', 'primary key': 'N' },
    { name: 'PLACED_AT', type: 'TIMESTAMP_NTZ(9)' },
    { name: 'DAY', type: 'DATE' },
    { name: 'PAYLOAD', type: 'VARIANT' },
    { name: 'IS_TEST', type: 'BOOLEAN' },
    { name: 'RATIO', type: 'FLOAT' },
    { name: 'NAME', type: 'VARCHAR(16777216)', comment: 'who' },
  ]);
});

test('SHOW lists what it is asked for, where it is asked', async () => {
  await session.run('create or replace schema other');
  await session.run('create table t (n bigint)');
  const names = async (sql: string): Promise<unknown> => (await session.rows(sql)).map((row) => row['name']);
  expect(await names('show tables')).toEqual(['T']);
  expect(await names('show tables in database')).toEqual(['FCT_ORDERS', 'T']);
  expect(await names("show tables like 'fct%' in database shopwave")).toEqual(['FCT_ORDERS']);
  expect(await names('show terse schemas in database shopwave')).toEqual([
    'PUBLIC',
    '_META',
    'MARTS',
    'OTHER',
  ]);
  expect(await names('show databases')).toEqual(['SHOPWAVE']);
  expect(await names('show stages in schema _meta')).toEqual(['LANDING']);
  expect(await names('show users')).toEqual(['SHOPWAVE']);
  expect(await session.rows('show columns in table marts.fct_orders')).toMatchObject([
    { column_name: 'ORDER_KEY', data_type: expect.stringContaining('"type":"FIXED"') as string },
    ...Array.from({ length: 7 }, () => ({ table_name: 'FCT_ORDERS' })),
  ]);
  expect(await session.refusal('show nothing_known')).toBe('000002');
});

test('COMMENT is kept', async () => {
  await session.run("comment on table marts.fct_orders is 'facts'");
  await session.run("comment on column marts.fct_orders.amount is 'in euro'");
  expect(await session.rows('show tables in schema marts')).toMatchObject([
    { comment: 'facts', cluster_by: 'LINEAR(day)' },
  ]);
  expect((await session.rows('describe table marts.fct_orders'))[1]).toMatchObject({ comment: 'in euro' });
});

test('grants are written down, on what is there, and go with it', async () => {
  await session.run('create role reader');
  await session.run('grant usage on schema marts to role reader');
  await session.run('grant select, insert on marts.fct_orders to role "reader"');
  await session.run('grant select on future tables in schema marts to role reader');
  await session.run('grant role reader to user shopwave');
  const granted = async (): Promise<unknown> =>
    (await session.rows('show grants to role reader')).map((row) => [
      row['privilege'],
      row['granted_on'],
      row['name'],
    ]);
  expect(await granted()).toEqual([
    ['USAGE', 'SCHEMA', 'SHOPWAVE.MARTS'],
    ['SELECT', 'TABLE', 'SHOPWAVE.MARTS.FCT_ORDERS'],
    ['INSERT', 'TABLE', 'SHOPWAVE.MARTS.FCT_ORDERS'],
  ]);
  expect(await session.rows('show grants of role reader')).toMatchObject([{ grantee_name: 'SHOPWAVE' }]);
  expect(await session.rows('show future grants in schema shopwave.marts')).toMatchObject([
    { privilege: 'SELECT' },
  ]);
  await session.run('revoke insert on table marts.fct_orders from role reader');
  expect(await granted()).toHaveLength(2);
  await session.run('create or replace table marts.fct_orders (n bigint) copy grants');
  expect(await granted()).toHaveLength(2);
  await session.run('create or replace table marts.fct_orders (n bigint)');
  expect(await granted()).toEqual([['USAGE', 'SCHEMA', 'SHOPWAVE.MARTS']]);
  expect(await session.refusal('grant select on marts.nothing to role reader')).toBe('002003');
  expect(await session.refusal('grant select on marts.fct_orders to role nobody')).toBe('002003');
});

test('a grant that is missing is told as Snowflake tells it', async () => {
  rig.admin.deny('SELECT', 'marts.fct_orders');
  await expect(session.rows('select * from marts.fct_orders')).rejects.toMatchObject({
    code: '003001',
    sqlState: '42501',
    message: expect.stringContaining("Insufficient privileges to operate on table 'FCT_ORDERS'") as string,
  });
  expect(await session.refusal('insert into marts.fct_orders (order_key) values (1)')).toBeUndefined();
  rig.admin.allow('SELECT', 'marts.fct_orders');
  expect(await session.value('select count(*) from marts.fct_orders')).toBe('1');
});

test('objects that mean nothing here are remembered', async () => {
  await session.run("create file format _meta.lines type = json compression = gzip comment = 'raw'");
  await session.run("create tag if not exists _meta.pii allowed_values 'email', 'name'");
  await session.run(
    "create masking policy _meta.hide as (value varchar) returns varchar -> case when current_role() = 'ADMIN' then value end",
  );
  await session.run('alter tag _meta.pii set masking policy _meta.hide');
  expect(await session.rows('show file formats in schema _meta')).toMatchObject([
    { name: 'LINES', type: 'JSON', comment: 'raw' },
  ]);
  expect(await session.rows('show tags in schema _meta')).toMatchObject([{ name: 'PII' }]);
  expect(await session.rows('describe masking policy _meta.hide')).toMatchObject([{ property: 'BODY' }]);
  expect(await session.refusal('drop masking policy _meta.nothing')).toBe('002003');
});

test('the admin looks past Snowflake at what is committed', async () => {
  await session.run('insert into marts.fct_orders (order_key, amount) values (1, 12.5)');
  await session.run('begin');
  await session.run('update marts.fct_orders set amount = 0');
  expect(await rig.admin.query('select order_key, amount from marts.fct_orders')).toEqual([
    { ORDER_KEY: '1', AMOUNT: '12.50' },
  ]);
  await session.run('commit');
  expect(await rig.admin.query('select amount from marts.fct_orders')).toEqual([{ AMOUNT: '0.00' }]);
});
