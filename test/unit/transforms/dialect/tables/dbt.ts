import { over, overNothing, typeOf } from '../truth.ts';
import type { Query, TruthTables } from '../truth.ts';

const noText = 'cast(null as varchar)';
const noNumber = 'cast(null as integer)';
const day = (text: string): string => `cast('${text}' as date)`;
const at = (text: string): string => `cast('${text}' as timestamp)`;
const sorted = over('x, y', "('b', 2), ('a', 3), (null, 1), ('c', 4)");

/** Within five seconds of the clock, in UTC. */
const isNow: Query = (sql) => `select abs(datediff('second', ${sql}, timezone('UTC', now()))) < 5`;
const typeOfNow: Query = (sql) => `select typeof(${sql})`;
/** What a value of the named type is in DuckDB. */
const asType: Query = (type) => `select typeof(cast(null as ${type}))`;
/** dbt writes these queries into a CTE. */
const inCte =
  (column: string): Query =>
  (sql) =>
    `with r as (${sql}) select string_agg(cast(${column} as varchar), ' ' order by ${column}) from r`;
const between: Query = (word) =>
  `select string_agg(cast(x as varchar), ' ' order by x) from (select x from (values (1), (1), (2), (null)) as a(x) ${word} select x from (values (2), (3), (null)) as b(x)) as r`;

const clock: TruthTables = Object.fromEntries(
  [
    'current_timestamp',
    'current_timestamp_backcompat',
    'current_timestamp_in_utc_backcompat',
    'snapshot_get_time',
  ].map((name) => [
    `dbt.${name}`,
    [
      [[], 'true', isNow],
      [[], 'TIMESTAMP', typeOfNow],
    ],
  ]),
);

const dates: TruthTables = {
  'dbt.date': [
    [['2023', '10', '4'], '2023-10-04'],
    [['2024', '02', '29'], '2024-02-29'],
    [['2024', '2', '29'], 'DATE', typeOf],
  ],
  'dbt.date_spine': [
    [['day', day('2024-02-28'), day('2024-03-01')], '2024-02-28 2024-02-29', inCte('date_day')],
    [
      ['month', day('2024-01-31'), day('2024-04-30')],
      '2024-01-31 2024-02-29 2024-03-31',
      inCte('date_month'),
    ],
    [['day', day('2024-01-01'), day('2024-01-01')], null, inCte('date_day')],
    [
      ['hour', at('2024-01-01 22:00:00'), at('2024-01-02 00:30:00')],
      '2024-01-01 22:00:00 2024-01-01 23:00:00',
      inCte('date_hour'),
    ],
  ],
  'dbt.date_trunc': [
    [['month', at('2024-02-29 10:00:00')], '2024-02-01 00:00:00'],
    [['week', day('2024-01-07')], '2024-01-01'],
    [["'day'", 'cast(null as date)'], null],
  ],
  'dbt.dateadd': [
    [['month', '1', day('2024-01-31')], '2024-02-29'],
    [['day', '-1', "'2024-03-01'"], '2024-02-29 00:00:00'],
    [['hour', '2', at('2024-01-01 23:00:00')], '2024-01-02 01:00:00'],
  ],
  'dbt.datediff': [
    [["'2018-01-01'", "'2018-01-20'", 'day'], '19'],
    [[day('2024-01-07'), day('2024-01-08'), 'week'], '1'],
    [[at('2024-01-01 23:59:00'), at('2024-01-02 00:01:00'), 'day'], '1'],
    [[day('2024-02-01'), day('2024-01-31'), 'month'], '-1'],
    [[day('2024-02-01'), 'cast(null as date)', 'month'], null],
  ],
  'dbt.last_day': [
    [[day('2024-02-10'), 'month'], '2024-02-29'],
    [[day('2024-02-10'), 'quarter'], '2024-03-31'],
  ],
  'dbt.get_snapshot_get_time_data_type': [[[], 'TIMESTAMP', asType]],
};

const texts: TruthTables = {
  'dbt.cast_bool_to_text': [
    [['true'], 'true'],
    [['0 = 1'], 'false'],
    [['cast(null as boolean)'], null],
  ],
  'dbt.concat': [
    [[["'a'", "'b'", "'c'"]], 'abc'],
    [[["'a'", noText]], null],
    [["'a'"], 'a'],
  ],
  'dbt.escape_single_quotes': [
    [["they're"], "they're", (text) => `select '${text}'`],
    [["''"], "''", (text) => `select '${text}'`],
    [['plain'], 'plain', (text) => `select '${text}'`],
  ],
  'dbt.hash': [
    [["'abc'"], '900150983cd24fb0d6963f7d28e17f72'],
    [['1'], 'c4ca4238a0b923820dcc509a6f75849b'],
    [[noNumber], null],
    [[at('2024-01-05 10:00:00')], 'true', (sql) => `select ${sql} = md5('2024-01-05 10:00:00.000000')`],
  ],
  'dbt.length': [
    [["'Köln'"], '4'],
    [["''"], '0'],
    [[noText], null],
  ],
  'dbt.position': [
    [["'b'", "'abcb'"], '2'],
    [["'z'", "'abc'"], '0'],
    [["'B'", "'abc'"], '0'],
    [["'a'", noText], null],
  ],
  'dbt.replace': [
    [["'a-b-c'", "'-'", "''"], 'abc'],
    [["'abc'", "'x'", "'y'"], 'abc'],
    [["'abc'", "'b'", noText], null],
  ],
  'dbt.right': [
    [["'abcdef'", '3'], 'def'],
    [["'abc'", '9'], 'abc'],
    [["'abc'", '0'], ''],
    [["'abc'", '-1'], ''],
    [[noText, '2'], null],
    [["'abc'", noNumber], null],
  ],
  'dbt.split_part': [
    [["'a|b|c'", "'|'", '2'], 'b'],
    [["'a|b|c'", "'|'", '-1'], 'c'],
    [["'a|b|c'", "'|'", '4'], ''],
  ],
  'dbt.string_literal': [
    [['web'], 'web'],
    [[''], ''],
  ],
};

const types: TruthTables = {
  'dbt.cast': [
    [["'12.5'", 'number(10,2)'], '12.50'],
    [['12.5', 'int'], '13'],
    [['3000000000', 'int'], '3000000000'],
    [['0.1', 'float'], '0.1'],
    [["'2024-01-05'", 'DATE'], '2024-01-05'],
    [["'2024-01-05 10:00:00'", 'timestamp_ntz'], '2024-01-05 10:00:00'],
    [['1', 'string'], '1'],
    [['12.6', 'numeric'], '13'],
    [['1', 'boolean'], 'true'],
    [["'abc'", 'int'], { error: /Could not convert/ }],
    [['2.5e0', 'int'], '3'],
    [['-2.5e0', 'int'], '-3'],
    [['3.5e0', 'int'], '4'],
    [["'2.5'", 'int'], '3'],
    [['2.5e0', 'number(10,0)'], '3'],
    [[at('2024-01-05 10:00:00'), 'string'], '2024-01-05 10:00:00.000000'],
  ],
  'dbt.safe_cast': [
    [["'12'", 'int'], '12'],
    [["'12.5'", 'int'], '13'],
    [["'abc'", 'int'], null],
    [["'1_000'", 'int'], null],
    [["'12.345'", 'number(10,2)'], '12.35'],
    [["'123456'", 'number(3,0)'], null],
    [["'yes'", 'boolean'], 'true'],
    [["'maybe'", 'boolean'], null],
    [["'2024-02-30'", 'date'], null],
    [["'2024-02-29'", 'date'], '2024-02-29'],
    [["'2024-1-5'", 'date'], null],
    [["'01/05/2024'", 'date'], null],
    [["'infinity'", 'date'], null],
    [["'1700000000'", 'date'], null],
    [[at('2024-01-05 10:00:00'), 'date'], '2024-01-05'],
    [["'2024-02-29 10:00:00'", 'timestamp'], '2024-02-29 10:00:00'],
    [["'2024-02-29'", 'timestamp'], '2024-02-29 00:00:00'],
    [["'2024-02-29T10:00:00.123456789'", 'timestamp'], '2024-02-29 10:00:00.123456'],
    [["'2024-02-29 10:00:00+02'", 'timestamp'], null],
    [["'2024-02-29 24:00:00'", 'timestamp'], null],
    [["'infinity'", 'timestamp'], null],
    [["'1700000000'", 'timestamp'], null],
    [["'2024-02-29 10:00:00+02'", 'timestamp_tz'], '2024-02-29 08:00:00+00'],
    [["'25:00:00'", 'time'], null],
    [["'10:30:00'", 'time'], '10:30:00'],
    [["'1.5e3'", 'float'], '1500.0'],
    [["'1_000'", 'float'], null],
    [["'Infinity'", 'float'], null],
    [["'NaN'", 'float'], null],
    [['123', 'varchar'], '123'],
    [["''", 'int'], null],
    [[noText, 'int'], null],
  ],
  'dbt.type_bigint': [[[], 'BIGINT', asType]],
  'dbt.type_boolean': [[[], 'BOOLEAN', asType]],
  'dbt.type_float': [[[], 'DOUBLE', asType]],
  'dbt.type_int': [
    [[], 'BIGINT', asType],
    [[], '3000000000', (type) => `select cast(3000000000 as ${type})`],
  ],
  'dbt.type_numeric': [[[], 'DECIMAL(28,6)', asType]],
  'dbt.type_string': [[[], 'VARCHAR', asType]],
  'dbt.type_timestamp': [[[], 'TIMESTAMP', asType]],
};

const sets: TruthTables = {
  'dbt.any_value': [
    [['x'], '5', over('x', '(5), (5)')],
    [['x'], null, overNothing],
  ],
  'dbt.array_append': [
    [['«[1, 2]»', '3'], '[1,2,3]'],
    [['«["a"]»', "'b'"], '["a","b"]'],
    [['«[]»', '1'], '[1]'],
  ],
  'dbt.array_concat': [
    [['«[1, 2]»', '«[3]»'], '[1,2,3]'],
    [['«[]»', '«[]»'], '[]'],
    [['«[1]»', 'cast(null as json)'], null],
  ],
  'dbt.array_construct': [
    [[['1', '2', '3']], '[1,2,3]'],
    [[["'a'", "'b'"], 'string'], '["a","b"]'],
    [[[]], '[]'],
    [[], '[]'],
  ],
  'dbt.bool_or': [
    [['x'], 'true', over('x', '(true), (null)')],
    [['x'], null, over('x', '(cast(null as boolean))')],
  ],
  'dbt.listagg': [
    [['x', "'-'", 'order by y'], 'b-a-c', sorted],
    [['x', "','", 'order by y desc'], 'c,a,b', sorted],
    [['x', "','", 'order by y', '2'], 'b,a', sorted],
    [['distinct x', "','", 'order by x'], 'a,b', over('x', "('b'), ('a'), ('b')")],
    [['x'], '', overNothing],
    [['x', "','", null, '2'], '', overNothing],
  ],
  'dbt.equals': [
    [['1', '1'], 'true'],
    [['1', noNumber], 'false'],
    [[noNumber, noNumber], 'true'],
  ],
  'dbt.except': [[[], '1', between]],
  'dbt.intersect': [[[], '2', between]],
  'dbt.generate_series': [
    [['3'], '1 2 3', inCte('generated_number')],
    [['1'], '1', inCte('generated_number')],
  ],
  'dbt.get_powers_of_two': [
    [['1'], '1'],
    [['2'], '1'],
    [['3'], '2'],
    [['1024'], '10'],
    [['1025'], '11'],
  ],
};

export const dbtTables: TruthTables = { ...clock, ...dates, ...texts, ...types, ...sets };
