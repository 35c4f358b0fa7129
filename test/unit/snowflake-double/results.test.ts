import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bind } from '../../support/snowflake-double/contract.ts';
import { openTranslated } from './rig.ts';
import type { Translated } from './rig.ts';

let translated: Translated;
beforeAll(async () => {
  translated = await openTranslated();
  await translated.duckdb(`create table "LOG" as select * from (values
    (1, '{"id": "7", "n": null, "city": {"name": "Rome"}, "lines": [{"sku": "a"}, {"sku": "b"}]}'::json, 'x', timestamp '2026-01-31 23:30:00.5'),
    (2, '{"id": "8", "n": 0.12345678901234567, "lines": []}'::json, null, timestamp '2026-03-01 00:00:00')) as t("ID", "DATA", "NOTE", "AT")`);
});
afterAll(() => translated[Symbol.asyncDispose]());

/** Expressions over nothing, and what Snowflake says of them. */
const expressions: ReadonlyArray<readonly [sql: string, value: string | null]> = [
  // Casts and texts.
  ["'a' || null", null],
  ["'at ' || timestamp '2026-01-05 10:00:00'", 'at 2026-01-05 10:00:00.000000'],
  ["cast(timestamp '2026-01-05 10:00:00' as timestamp_tz)::varchar", '2026-01-05 10:00:00.000000 +0000'],
  ["'n: ' || 1.50", 'n: 1.50'],
  ["'f: ' || 2::float", 'f: 2'],
  ["length(date '2026-01-05')", '10'],
  ['md5(12)', 'c20ad4d76fe97759aa27a0c99bff6710'],
  ["substr('abc', 0, 2)", 'ab'],
  ["substr('abc', 2)", 'bc'],
  ["left('abc', -1)", ''],
  ["regexp_substr('abc', '[0-9]')", null],
  [String.raw`'it''s ' || 'a\\b\n'`, "it's a\\b\n"],
  ["'a_c' like 'a\\\\_c' escape '\\\\'", 'true'],
  ["'abc' like 'a\\\\_c' escape '\\\\'", 'false'],
  ["'ABC' ilike '%b%'", 'true'],
  ["cast('2026-01-05 10:00:00+02' as timestamp_ntz)", '2026-01-05 10:00:00'],
  ["cast('2026-01-05 10:00:00+02' as timestamp_tz)::timestamp_ntz", '2026-01-05 08:00:00'],
  ['cast(2.5::float as number(10, 0))', '3'],
  ['cast(12345678901234567890 as varchar)', '12345678901234567890'],
  ["try_cast('1_000' as int)", null],
  ["try_cast('2026-02-30' as date)", null],
  ["try_cast('2026-01-05 24:00:00' as timestamp)", null],
  ["try_to_date('2026-01-05 10:00:00', 'YYYY-MM-DD')", null],
  ["to_boolean('off')", 'false'],
  // Numbers.
  ['1 / 3', '0.333333'],
  ['2 / 3', '0.666667'],
  ['-2 / 3', '-0.666667'],
  // Rounded once.
  ['45 / 100000000', '0.000000'],
  ['10.00 / 3', '3.33333333'],
  ['10 / 4::float', '2.5'],
  ['null / 4', null],
  ['7 + 1 / 4 * 2', '7.500000'],
  ['-3 % 2', '-1'],
  ['2 - -1', '3'],
  ['round(2.5)', '3'],
  ['greatest(1, null)', null],
  ['least_ignore_nulls(1, null)', '1'],
  ['iff(null, 1, 2)', '2'],
  ['nvl2(null, 1, 2)', '2'],
  ['div0(1, 0)', '0.000000'],
  ['zeroifnull(null)', '0'],
  ['not true or true', 'true'],
  ['1 = 1 and 2 > 3', 'false'],
  ['1 + 2 || 3', '33'],
  ["1 between 0 and 2 and 'a' in ('a', 'b')", 'true'],
  ['3 not in (1, null)', null],
  ['(1, 2) in (select 1, 2)', 'true'],
  ['null is not distinct from null', 'true'],
  ["case 2 when 1 then 'a' when 2 then 'b' end", 'b'],
  // Points in time.
  ["date '2026-01-31' + interval '1 month'", '2026-02-28'],
  ["timestamp '2026-01-31 10:00:00' - interval '60 seconds'", '2026-01-31 09:59:00'],
  ["date '2026-01-05' + 2", '2026-01-07'],
  ["date '2026-01-05' - date '2026-01-01'", '4'],
  ["datediff(week, '2026-01-04', '2026-01-05')", '1'],
  ["datediff('year', date '2025-12-31', date '2026-01-01')", '1'],
  ["extract(year from date '2026-01-05')", '2026'],
  ["date_part(epoch_second, timestamp '1969-12-31 23:59:59.5')", '-1'],
  [
    "convert_timezone('Europe/Berlin', '2026-07-01 12:00:00+00'::timestamp_tz)::timestamp_ntz",
    '2026-07-01 14:00:00',
  ],
  ["convert_timezone('Europe/Berlin', '2026-07-01 23:00:00'::timestamp_tz)::date", '2026-07-02'],
  [
    "date_trunc('month', convert_timezone('Asia/Tokyo', '2026-01-31 20:00:00'::timestamp_tz))",
    '2026-02-01 00:00:00',
  ],
  ["to_char(timestamp '2026-01-05 03:04:05', 'yyyy-mm-dd hh24:mi:ss.ff3')", '2026-01-05 03:04:05.000'],
  ["position(':' in 'a:b') + 1", '3'],
  ['current_role()', 'LOADER'],
  // Variants.
  ['parse_json(\'{"a": {"b": [1, "x"]}}\'):a.b[1]::varchar', 'x'],
  ['parse_json(\'{"a": {"B c": 5}}\'):a:"B c"::int', '5'],
  ["parse_json('{\"a\": 1}')['A']::varchar", null],
  ['parse_json(\'{"a": null}\'):a::varchar', null],
  ['parse_json(\'{"a": null}\'):a is null', 'false'],
  ['parse_json(\'{"a": null}\'):b is null', 'true'],
  ['parse_json(\'{"a": "x"}\'):a = \'x\'', 'true'],
  ["parse_json('{\"a\": \"x\"}'):a in ('x', 'y')", 'true'],
  ['parse_json(\'{"a": {"c": 0.12345678901234567}}\'):a', '{"c":0.12345678901234567}'],
  ["parse_json('')", null],
  ["object_construct('b', 1.50, 'a', null, 'c', parse_json('null'))", '{"b":1.5,"c":null}'],
  ["array_to_string(array_construct(1, 'a'), '-')", '1-a'],
];

test.each(expressions)('%s is %s', async (sql, value) => {
  expect(await translated.rows(`select ${sql}`)).toEqual([[value]]);
});

/** Queries over a table, and their rows. */
const queries: ReadonlyArray<readonly [sql: string, rows: readonly (readonly (string | null)[])[]]> = [
  [
    "select data:id::int, data['city']['name']::varchar from log order by 1",
    [
      ['7', 'Rome'],
      ['8', null],
    ],
  ],
  ['select data:n::number(20, 17) from log order by id desc', [['0.12345678901234567'], [null]]],
  ['select note from log order by note desc', [[null], ['x']]],
  ['select note from log order by note', [['x'], [null]]],
  ["select count(*), count(note), avg(id), listagg(note, ',') from log", [['2', '1', '1.500000', 'x']]],
  ['select listagg(note), array_agg(note), count_if(id > 5) from log where id > 5', [['', '[]', '0']]],
  ['select id from log qualify row_number() over (order by at desc) = 1', [['2']]],
  ['select last_value(id) over (order by id) from log', [['2'], ['2']]],
  [
    'select first_value(note) over (order by id desc), lag(note) ignore nulls over (order by id) from log order by id',
    [
      [null, null],
      [null, 'x'],
    ],
  ],
  [
    "select at + interval '1 day', dateadd(hour, 1, at)::date, last_day(at) from log where id = 1",
    [['2026-02-01 23:30:00.5', '2026-02-01', '2026-01-31']],
  ],
  [
    'select f.index, f.value:sku::varchar from log as l cross join lateral flatten(input => l.data:lines) as f order by 1',
    [
      ['0', 'a'],
      ['1', 'b'],
    ],
  ],
  [
    'select l.id, f.value from log l, lateral flatten(input => l.data:lines, outer => true) f where l.id = 2',
    [['2', null]],
  ],
  ['select key, value::varchar from lateral flatten(input => parse_json(\'{"a": "x"}\'))', [['a', 'x']]],
  ['select count(*) from table(generator(rowcount => 3))', [['3']]],
  [
    'select g.value::int from table(flatten(input => array_generate_range(1, 3))) as g order by 1',
    [['1'], ['2']],
  ],
  ['select column2, column1 from (values (1, 2)) as t', [['2', '1']]],
  ['select * exclude (data, at) rename (note as remark) from log where id = 1', [['1', 'x']]],
  ['with a as (select 1 as x), b(y) as (select x + 1 from a) select y from b', [['2']]],
  [
    'with recursive r as (select 1 as n union all select n + 1 from r where n < 3) select max(n) from r',
    [['3']],
  ],
  ['select 1 union select 1 minus select 2', [['1']]],
  [
    'select l.id, v.id from log as l asof join (select id, at as since from log) as v match_condition (l.at > v.since) order by 1',
    [
      ['1', null],
      ['2', '1'],
    ],
  ],
  [
    'select id, count(*) from log group by all having count(*) = 1 order by id limit 1 offset 1',
    [['2', '1']],
  ],
  ['select percentile_cont(0.5) within group (order by id), median(id) from log', [['1.500', '1.500']]],
  ['select count(distinct id, note) from log', [['1']]],
  [
    'select a.id from log as a left join log as b using (id) where exists (select 1 from log as c where c.id = b.id and c.note is not null)',
    [['1']],
  ],
  [
    'select sum(id) over (order by id rows between 1 preceding and current row) from log order by id',
    [['1'], ['3']],
  ],
];

test.each(queries)('%s', async (sql, rows) => {
  expect(await translated.rows(sql)).toEqual(rows);
});

test('a hash over all rows does not depend on their order, and does on each of them', async () => {
  const digest = async (rows: string): Promise<unknown> =>
    await translated.rows(`select hash_agg(*) from (values ${rows}) as t(a, b)`);
  const plain = await digest("(1, 'a'), (2, null)");
  expect(await digest("(2, null), (1, 'a')")).toEqual(plain);
  const others = ["(1, 'a'), (2, 'b')", "(1, 'a'), (2, null), (2, null)", "(1, 'a')", "(1, null), (2, 'a')"];
  for (const rows of others) expect(await digest(rows), rows).not.toEqual(plain);
});

test('the columns of a query are called as Snowflake calls them', async () => {
  const described = await translated.columnsOf(
    'select id, l.note, id as "Number", count(*) over (), l.id + 1 from log as l',
  );
  expect(described).toEqual(['ID', 'NOTE', 'NUMBER', 'COUNT(*) OVER ()', 'L.ID + 1']);
});

const errors: ReadonlyArray<readonly [sql: string, message: RegExp]> = [
  ['select 1 / 0', /Division by zero/],
  ['select 1::float / 0', /Division by zero/],
  ['select mod(id, 0) from log', /Division by zero/],
  ["select cast('0x1A' as int)", /Could not convert/],
  ["select cast('2026-01-05 24:00:00' as timestamp)", /timestamp/],
  ["select cast('infinity' as date)", /timestamp/],
  ["select cast('0044-03-15 BC' as date)", /timestamp/],
  ["select to_boolean('maybe')", /Could not convert/],
  ["select cast('abc' as varchar(2))", /too long/],
  ["select parse_json('{')", /JSON/],
  ['select missing from log', /not found/],
];

test.each(errors)('%s fails', async (sql, message) => {
  await expect(translated.rows(sql)).rejects.toThrow(message);
});

test('values that are sent along are of the type that they were sent as', async () => {
  const binds: Bind[] = [
    { type: 'TEXT', value: "it's ?" },
    { type: 'FIXED', value: '-7' },
    { type: 'REAL', value: '0.5' },
    { type: 'BOOLEAN', value: 'true' },
    { type: 'TEXT', value: null },
  ];
  const rows = await translated.rows("select ?, ? + 1, ? * 2, not ?, coalesce(?, '?')", binds);
  expect(rows).toEqual([["it's ?", '-6', '1.0', 'false', '?']]);
});

test('rows are inserted, updated, deleted and merged', async () => {
  await translated.duckdb('create table "T" ("A" decimal(38,0), "B" varchar)');
  const rows = (): Promise<unknown> => translated.rows('select a, b from t order by a');
  await translated.change("insert into t values (1, 'a'), (2, 'b')");
  await translated.change('insert into t (b, a) select column1, 3 from (values (?)) as v', [
    { type: 'TEXT', value: 'c' },
  ]);
  await translated.change("update t set b = s.b from (select 2 as a, 'B' as b) as s where t.a = s.a");
  await translated.change('delete from t using (select 3 as a) as s where t.a = s.a');
  expect(await rows()).toEqual([
    ['1', 'a'],
    ['2', 'B'],
  ]);
  await translated.change(`merge into t as t using (select column1 as a, column2 as b from (values (1, null), (2, 'C'), (4, 'd'))) as s
    on t.a = s.a when matched and s.b is null then delete when matched then update set t.b = s.b
    when not matched then insert (a, b) values (s.a, s.b)`);
  expect(await rows()).toEqual([
    ['2', 'C'],
    ['4', 'd'],
  ]);
});
