import { expect } from 'vitest';
import type { Capabilities } from '../../../warehouse/capabilities.ts';
import type { Row } from '../../../warehouse/warehouse.ts';
import { refused } from './under-test.ts';
import type { DeclareTest } from './under-test.ts';

type Dialect = Capabilities['dialect'];

/** What is written as SQL, and the text that is read. */
const values: ReadonlyArray<readonly [type: Readonly<Record<Dialect, string>>, sql: string, text: string]> = [
  [{ duckdb: 'bigint', snowflake: 'number(38, 0)' }, '7', '7'],
  [{ duckdb: 'bigint', snowflake: 'number(38, 0)' }, '9007199254740993', '9007199254740993'],
  [{ duckdb: 'bigint', snowflake: 'number(38, 0)' }, '-9223372036854775807', '-9223372036854775807'],
  [{ duckdb: 'hugeint', snowflake: 'number(38, 0)' }, '12345678901234567890123', '12345678901234567890123'],
  [{ duckdb: 'decimal(18, 2)', snowflake: 'number(18, 2)' }, '100.50', '100.50'],
  [{ duckdb: 'decimal(18, 2)', snowflake: 'number(18, 2)' }, '-0.01', '-0.01'],
  [
    { duckdb: 'decimal(38, 9)', snowflake: 'number(38, 9)' },
    '12345678901234567890.123456789',
    '12345678901234567890.123456789',
  ],
  [{ duckdb: 'varchar', snowflake: 'varchar' }, "'it''s ü 日本 🛒'", "it's ü 日本 🛒"],
  [{ duckdb: 'varchar', snowflake: 'varchar' }, "''", ''],
  [{ duckdb: 'date', snowflake: 'date' }, "cast('2024-02-29' as date)", '2024-02-29'],
  [{ duckdb: 'date', snowflake: 'date' }, "cast('1969-12-31' as date)", '1969-12-31'],
  [
    { duckdb: 'timestamp', snowflake: 'timestamp_ntz(6)' },
    "cast('2026-03-29 02:30:00.123456' as timestamp)",
    '2026-03-29 02:30:00.123456',
  ],
  [
    { duckdb: 'timestamp', snowflake: 'timestamp_ntz(6)' },
    "cast('2026-03-01 10:00:00' as timestamp)",
    '2026-03-01 10:00:00',
  ],
  [
    { duckdb: 'timestamp', snowflake: 'timestamp_ntz(6)' },
    "cast('1969-12-31 23:59:59.5' as timestamp)",
    '1969-12-31 23:59:59.5',
  ],
];

const variant: Readonly<Record<Dialect, string>> = { duckdb: 'json', snowflake: 'variant' };

/** Names are the caller's, whole numbers of any width are compared as such. */
function textOf(row: Row | undefined, name: string): unknown {
  const value = row?.[name];
  return typeof value === 'bigint' || typeof value === 'number' ? String(value) : value;
}

export function statementTests(test: DeclareTest): void {
  for (const [index, [type, sql, text]] of values.entries()) {
    test(`${sql} as ${type.snowflake} is stored and read as it was written (${index + 1})`, async ({
      warehouse,
    }) => {
      const ddl = type[warehouse.capabilities.dialect];
      await warehouse.execute('create schema if not exists fit');
      await warehouse.execute(`create table fit.v (a ${ddl})`);
      await warehouse.execute(`insert into fit.v select ${sql}`);
      await warehouse.execute('insert into fit.v select null');
      const rows = await warehouse.query('select a from fit.v order by a');
      expect(rows.map((row) => textOf(row, 'a'))).toEqual([text, null]);
    });
  }

  test('truth is a boolean, and nothing is null', async ({ warehouse }) => {
    const rows = await warehouse.query('select true as yes, false as no, cast(null as boolean) as neither');
    expect(rows).toEqual([{ yes: true, no: false, neither: null }]);
  });

  test('JSON keeps what it holds', async ({ warehouse }) => {
    const { dialect } = warehouse.capabilities;
    await warehouse.execute('create schema if not exists fit');
    await warehouse.execute(`create table fit.j (data ${variant[dialect]})`);
    const parse = dialect === 'duckdb' ? 'cast(? as json)' : 'parse_json(?)';
    const text = '{"a":"x \\"y\\" ü","b":null,"c":[1,{"d":true}]}';
    await warehouse.execute(`insert into fit.j select ${parse}`, [text]);
    const [row] = await warehouse.query('select data from fit.j');
    expect(JSON.parse(String(row?.['data']))).toEqual(JSON.parse(text));
  });

  test('parameters arrive as they were given', async ({ warehouse }) => {
    const given = ['o\'clock \\ "q" ? :1 --', '', 'ü日🛒', null];
    await warehouse.execute('create schema if not exists fit');
    await warehouse.execute('create table fit.p (place bigint, a varchar, b bigint, c boolean)');
    for (const [place, value] of given.entries())
      await warehouse.execute('insert into fit.p values (?, ?, ?, ?)', [
        place,
        value,
        9_007_199_254_740_993n,
        true,
      ]);
    await warehouse.execute('insert into fit.p values (?, ?, ?, ?), (?, ?, ?, ?)', [
      10,
      'x',
      -5,
      false,
      11,
      'y',
      null,
      null,
    ]);
    const rows = await warehouse.query('select a, b, c from fit.p where place < ? order by place', [100]);
    expect(rows.map((row) => [row['a'], textOf(row, 'b'), row['c']])).toEqual([
      ...given.map((value) => [value, '9007199254740993', true]),
      ['x', '-5', false],
      ['y', null, null],
    ]);
  });

  test('a statement says how many rows it changed', async ({ warehouse }) => {
    await warehouse.execute('create schema if not exists fit');
    await warehouse.execute('create table fit.n (k bigint, v varchar)');
    expect(await warehouse.execute("insert into fit.n values (1, 'a'), (2, 'b'), (3, 'c')")).toBe(3);
    expect(await warehouse.execute("update fit.n set v = 'z' where k > 1")).toBe(2);
    expect(await warehouse.execute("update fit.n set v = 'z' where k > 9")).toBe(0);
    const merged = await warehouse.execute(
      `merge into fit.n as t using (select 3 as k, 'm' as v union all select 4, 'm') as s on t.k = s.k
       when matched then update set v = s.v when not matched then insert (k, v) values (s.k, s.v)`,
    );
    expect(merged).toBe(2);
    expect(await warehouse.execute('delete from fit.n where k in (1, 4)')).toBe(2);
    expect(await warehouse.query('select count(*) as n from fit.n').then(([row]) => textOf(row, 'n'))).toBe(
      '2',
    );
  });

  test('names mean the same in any case, and are read in lower case', async ({ warehouse }) => {
    await warehouse.execute('create schema if not exists fit');
    await warehouse.execute('create table fit.names (order_id bigint, "position" varchar)');
    await warehouse.execute('insert into FIT.Names (ORDER_ID, "position") values (1, \'x\')');
    const [row] = await warehouse.query('select order_id, "position", 1 as "lower_alias" from fit.NAMES');
    expect(Object.keys(row ?? {})).toEqual(['order_id', 'position', 'lower_alias']);
  });

  test('an hour is the same hour, wherever the session is', async ({ warehouse }) => {
    const sql = {
      duckdb: "select cast(timestamptz '2026-07-01 10:00:00+00' as varchar)[:19] as at_text",
      snowflake:
        "select to_varchar(cast(to_timestamp_tz('2026-07-01 10:00:00 +0000') as timestamp_ltz), 'YYYY-MM-DD HH24:MI:SS') as at_text",
    };
    const [row] = await warehouse.query(sql[warehouse.capabilities.dialect]);
    expect(row?.['at_text']).toBe('2026-07-01 10:00:00');
  });

  test('nulls come last in ascending order and first in descending', async ({ warehouse }) => {
    const rows = 'select 1 as a union all select null union all select 2';
    const read = async (order: string): Promise<unknown[]> =>
      (await warehouse.query(`select a from (${rows}) as t order by a ${order}`)).map((row) =>
        textOf(row, 'a'),
      );
    expect(await read('asc')).toEqual(['1', '2', null]);
    expect(await read('desc')).toEqual([null, '2', '1']);
  });

  test('what is not SQL, or names what is not there, fails with its code and the statement', async ({
    warehouse,
  }) => {
    for (const sql of [
      'selec 1',
      'select * from fit_nowhere.nothing',
      'select no_such_column from (select 1 as a) as t',
    ]) {
      await expect(warehouse.query(sql), sql).rejects.toMatchObject({
        code: refused,
        where: expect.stringContaining(sql.slice(0, 10)),
      });
    }
  });

  test('people may read, and nothing else', async ({ warehouse }) => {
    await warehouse.execute('create schema if not exists fit');
    await warehouse.execute('create table fit.r (a bigint)');
    await warehouse.execute('insert into fit.r values (1), (2), (3)');
    expect(await warehouse.queryReadOnly('select a from fit.r order by a', 2)).toHaveLength(2);
    for (const sql of [
      'delete from fit.r',
      'drop table fit.r',
      'select 1; drop table fit.r',
      'insert into fit.r values (4) -- select',
      '/* select */ update fit.r set a = 0',
      'create table fit.other as select 1 as a',
    ]) {
      await expect(warehouse.queryReadOnly(sql, 10), sql).rejects.toMatchObject({
        code: 'WAREHOUSE_NOT_READ_ONLY',
      });
    }
    // Snowflake knows no such statement; DuckDB does.
    await expect(
      warehouse.queryReadOnly('with x as (select 1 as a) delete from fit.r', 10),
    ).rejects.toThrow();
    expect(await warehouse.query('select a from fit.r order by a')).toHaveLength(3);
  });
}
