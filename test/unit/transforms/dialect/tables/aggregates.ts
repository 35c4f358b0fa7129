import { createHash } from 'node:crypto';
import { over, overNothing, typeOf } from '../truth.ts';
import type { Query, TruthRow, TruthTables } from '../truth.ts';

const words = over('x, y', "('b', 2), ('a', 3), (null, 1), ('c', null), ('a', 4)");
const numbers = over('x, y', '(3, 1), (1, 2), (null, 3)');
const money = over('x', '(cast(62.50 as decimal(12,2))), (62.75), (null), (1.00), (99.99)');
const flags = over('x', '(true), (false), (null)');
const noFlags = over('x', '(cast(null as boolean)), (null)');

/** The payload's fields as a staging model reads them. */
const raw: Query = (sql) =>
  `select f from (select ${sql} from (select «{"f": "2024-01-05 10:00:00+02", "n": "12.345", "b": "true", "z": null}» as data) as r) as r`;

/** A field f that holds a text, as a staging model reads it. */
function rawText(text: string): Query {
  return (sql) => `select f from (select ${sql} from (select «{"f": "${text}"}» as data) as r) as r`;
}

/** An as-of join against versions of two keys: which version's name a line at a time gets. */
function versionAt(key: string, at: string): Query {
  return (sql) => `select v.name from (select ${key} as id, cast('${at}' as timestamp) as at) as l ${sql}`;
}
const versions = `(select id, cast(valid_from as timestamp) as valid_from, cast(valid_to as timestamp) as valid_to, name from (values (1, '2024-01-01', '2024-02-01', 'first'), (1, '2024-02-01', '9999-12-31', 'second'), (2, '2024-01-15', '9999-12-31', 'other')) as versions(id, valid_from, valid_to, name))`;
const join = [versions, 'v', 'v.id = l.id', 'l.at'];

/** The two ways of finding a version give the same rows. */
const versionRows: readonly TruthRow[] = [
  [join, 'first', versionAt('1', '2024-01-31 23:59:59')],
  [join, 'second', versionAt('1', '2024-02-01 00:00:00')],
  [join, 'second', versionAt('1', '2030-01-01 00:00:00')],
  [join, 'second', versionAt('1', '9999-12-31 12:00:00')],
  [join, null, versionAt('1', '2023-12-31 00:00:00')],
  [join, null, versionAt('2', '2024-01-14 00:00:00')],
  [join, 'other', versionAt('2', '2024-01-15 00:00:00')],
  [join, null, versionAt('3', '2024-01-15 00:00:00')],
  [join, null, versionAt('cast(null as integer)', '2024-01-15 00:00:00')],
];

/** The lower 63 bits of a text's MD5, as a number. */
function lowerBits(text: string): string {
  const digits = createHash('md5').update(text).digest('hex').slice(16);
  return String(BigInt(`0x${digits}`) & (2n ** 63n - 1n));
}

const aggregates: TruthTables = {
  list_agg: [
    [['x', "','", 'y'], 'b,a,a,c', words],
    [['x', "', '", 'y desc'], 'c, a, a, b', words],
    [['x', "','", 'x desc'], 'c,b,a,a', words],
    [['x', "','", 'x', 'true'], 'a,b,c', words],
    [['x', "''", 'y'], 'baac', words],
    [['x', "','"], '', overNothing],
    [['x'], '', over('x', '(cast(null as varchar))')],
    [['x', "'|'", 'y'], '3|1', numbers],
  ],
  array_agg: [
    [['x', 'y'], '["b","a","a","c"]', words],
    [['x', 'x desc'], '[3,1]', numbers],
    [['x'], '[]', overNothing],
    [['x'], '[]', over('x', '(cast(null as integer))')],
  ],
  median: [
    [['x', '3'], '62.625', money],
    [['x', '2'], '62.63', money],
    [['x'], '62.625000', money],
    [['x', '1'], '2.0', numbers],
    [['x', '2'], '-0.01', over('x', '(cast(-0.01 as decimal(12,2))), (cast(0.00 as decimal(12,2)))')],
    [['x', '2'], '90071992547409931.26', over('x', '(90071992547409931.25), (90071992547409931.26)')],
    [['x', '2'], '7.00', over('x', '(7)')],
    [['x'], null, overNothing],
    [['x'], null, over('x', '(cast(null as decimal(12,2)))')],
    [['x', '2'], 'DECIMAL(38,2)', (sql) => `select typeof(${sql}) from (values (1.5)) as t(x)`],
  ],
  percentile: [
    [['x', '0.5', '3'], '62.625', money],
    [['x', '0', '2'], '1.00', money],
    [['x', '1', '2'], '99.99', money],
    [['x', '0.9', '3'], '78.700', over('x', '(10.0), (20.0), (30.0), (40.0), (104.5)')],
    [['x', '0.25', '2'], '47.13', money],
    [['x', '0.9'], null, overNothing],
  ],
  max_by: [
    [['x', 'y'], 'new', over('x, y', "('old', 1), ('new', 2), ('never', null)")],
    [['x', 'y'], null, over('x, y', "('old', 1), (null, 2)")],
    [['x', 'y'], null, over('x, y', "('a', cast(null as integer))")],
    [['x', 'y'], null, overNothing],
  ],
  min_by: [
    [['x', 'y'], 'old', over('x, y', "('old', 1), ('new', 2), ('never', null)")],
    [['x', 'y'], null, over('x, y', "(null, 1), ('new', 2)")],
    [['x', 'y'], null, overNothing],
  ],
  bool_or: [
    [['x'], 'true', flags],
    [['x'], null, noFlags],
    [['x > 5'], 'false', numbers],
    [['x > 5'], null, overNothing],
  ],
  bool_and: [
    [['x'], 'false', flags],
    [['x'], null, noFlags],
    [['x > 0'], 'true', numbers],
  ],
  count_if: [
    [['x'], '1', flags],
    [['x'], '0', noFlags],
    [['x > 0'], '2', numbers],
    [['x > 0'], '0', overNothing],
  ],
};

const instant = "cast('2026-03-01 12:00:00' as timestamp)";

const log: TruthTables = {
  field: [
    [['f', 'text'], '2024-01-05 10:00:00+02', raw],
    [['f', 'timestamp'], '2024-01-05 08:00:00', raw],
    [['f', 'timestamp'], { error: /f is no timestamp: infinity/ }, rawText('infinity')],
    [['f', 'timestamp'], { error: /f is no timestamp: -infinity/ }, rawText('-infinity')],
    [['f', 'timestamp'], { error: /f is no timestamp: 10000-01-01/ }, rawText('10000-01-01 00:00:00+00')],
    [['f', 'timestamp'], { error: /BC/ }, rawText('0044-03-15 00:00:00+00 BC')],
    [['f', 'date'], '9999-12-31', rawText('9999-12-31')],
    [['f', 'date'], { error: /f is no date: infinity/ }, rawText('infinity')],
    [['f', 'date'], { error: /f is no date: 0044-03-15 BC/ }, rawText('0044-03-15 BC')],
    [['f', 'gid'], '7', rawText('gid://shopify/Order/7')],
    [['f', 'gid'], '50000000001', rawText('gid://shopify/MailingAddress/50000000001?model_name=Address')],
    [['f', 'gid'], { error: /f is no gid: 7/ }, rawText('7x')],
    [['f', 'gid'], { error: /f is no gid: gid/ }, rawText('gid://stripe/Order/7')],
    [['f', 'code'], 'USD', rawText('usd')],
    [['f', 'reference'], '42', rawText('42')],
    [['f', 'reference'], null, rawText('A-42')],
    [['f', 'reference'], null, rawText('1234567890123456789')],
    [['f', 'epoch'], '2024-12-17 15:11:43', rawText('1734448303')],
    [['f', 'epoch'], { error: /f is no epoch: soon/ }, rawText('soon')],
    [['f', 'bigint'], '-7', rawText('-7')],
    [['f', 'bigint'], { error: /f is no bigint: 1_000/ }, rawText('1_000')],
    [['f', 'integer'], { error: /f is no integer: 0x1A/ }, rawText('0x1A')],
    [['f', 'money'], '-0.50', rawText('-5e-1')],
    [['f', 'money'], { error: /f is no money: NaN/ }, rawText('NaN')],
    [['f', 'money'], { error: /f is no money: 1_0.5/ }, rawText('1_0.5')],
  ],
  field_as: [
    [['n', 'money', 'f'], '12.35', raw],
    [['n', 'price', 'f'], '12.3450', raw],
    [['n', 'bigint', 'f'], '12', raw],
    [['b', 'boolean', 'f'], 'true', raw],
    [['z', 'text', 'f'], null, raw],
    [['z', 'integer', 'f'], null, raw],
    [['missing', 'date', 'f'], null, raw],
  ],
  cdc_columns: [
    [
      [],
      'I|7',
      (sql) =>
        `select concat(_op, '|', _ordinal) from (select ${sql} from (select 'I' as _op, '0/1' as _position, 7 as _ordinal, 1 as _committed_at) as r) as r`,
    ],
  ],
  // Snowflake documents md5_number_lower64('Snowflake') = 9203306159527282910. md5('c') ends in 95649038408b5f33, whose
  // first bit goes.
  hash_key: [
    [["'Snowflake'"], '9203306159527282910'],
    [["'c'"], String(0x15649038408b5f33n)],
    [['1'], lowerBits('1')],
    [['1', "'a'"], lowerBits('1|a')],
    [['null'], lowerBits('~null~')],
    [["''", 'null'], lowerBits('|~null~')],
    [["'~null~'"], lowerBits('~~null~~')],
    [["'a|b'", "'c'"], lowerBits('a~|b|c')],
    [["'a'", "'b|c'"], lowerBits('a|b~|c')],
    [["'a~|b'", "'c'"], lowerBits('a~~~|b|c')],
    [['1', instant], lowerBits('1|2026-03-01 12:00:00.000000')],
    [['1', `cast('2026-03-01 12:00:00.1231' as timestamp)`], lowerBits('1|2026-03-01 12:00:00.123100')],
    [['1', `cast('2026-03-01 12:00:00.1239' as timestamp)`], lowerBits('1|2026-03-01 12:00:00.123900')],
    [['1', `cast('2026-03-01' as date)`, 'true'], lowerBits('1|2026-03-01|true')],
    [['cast(1.50 as decimal(9,2))'], lowerBits('1.50')],
    [['1'], 'BIGINT', typeOf],
  ],
  hash_text: [
    [['1'], 'c4ca4238a0b923820dcc509a6f75849b'],
    [['1', "'a'"], 'true', (sql) => `select ${sql} = md5('1|a')`],
    [['null'], 'true', (sql) => `select ${sql} = md5('~null~')`],
    [["''", 'null'], 'true', (sql) => `select ${sql} = md5('|~null~')`],
    [["''"], 'd41d8cd98f00b204e9800998ecf8427e'],
    [["'a|b'", "'c'"], 'true', (sql) => `select ${sql} = md5('a~|b|c')`],
    [["'~null~'"], 'true', (sql) => `select ${sql} = md5('~~null~~')`],
    [[instant], 'true', (sql) => `select ${sql} = md5('2026-03-01 12:00:00.000000')`],
  ],
  key_text: [
    [[instant, 'timestamp'], '2026-03-01 12:00:00.000000'],
    [["cast('9999-12-31' as date)", 'timestamp'], '9999-12-31 00:00:00.000000'],
    [["cast('0900-01-02 03:04:05.000006' as timestamp)", 'timestamp'], '0900-01-02 03:04:05.000006'],
    [["cast('0900-01-02' as date)", 'date'], '0900-01-02'],
    [['7', 'integer'], '7'],
    [['1 = 2', 'boolean'], 'false'],
    [["'a|b'", 'text'], 'a|b'],
    [['cast(null as timestamp)', 'timestamp'], null],
  ],
  asof_join: versionRows,
  version_join: versionRows,
};

export const aggregateTables: TruthTables = { ...aggregates, ...log };
