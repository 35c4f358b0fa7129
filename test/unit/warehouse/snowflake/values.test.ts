import { expect, test } from 'vitest';
import { bindRow, bindRows } from '../../../../warehouse/snowflake/binds.ts';
import { rowReader } from '../../../../warehouse/snowflake/values.ts';

function read(type: string, raw: unknown, scale = 0): unknown {
  const column = { getName: () => 'VALUE_1', getType: () => type, getScale: () => scale };
  return rowReader([column])([raw])['value_1'];
}

/** What DuckDB's twin gives for the same values. */
const values = [
  ['fixed', 0, '42', 42],
  ['fixed', 0, '9007199254740991', 9_007_199_254_740_991],
  ['fixed', 0, '9007199254740993', 9_007_199_254_740_993n],
  ['fixed', 0, '-12345678901234567890123456789012345678', -12345678901234567890123456789012345678n],
  ['fixed', 2, '1.50', '1.50'],
  ['fixed', 2, '-0.05', '-0.05'],
  ['fixed', 2, '7', '7.00'],
  ['fixed', 4, '7.5', '7.5000'],
  ['fixed', 10, '1234567890123456789012345678.0123456789', '1234567890123456789012345678.0123456789'],
  ['real', 0, '1.5', 1.5],
  ['boolean', 0, '1', true],
  ['boolean', 0, '0', false],
  ['boolean', 0, 'TRUE', true],
  ['date', 0, '20513', '2026-03-01'],
  ['date', 0, '-1', '1969-12-31'],
  ['date', 0, '-719162', '0001-01-01'],
  ['time', 9, '36000.000000000', '10:00:00'],
  ['time', 9, '36000.120000000', '10:00:00.12'],
  ['timestamp_ntz', 9, '1772359200.000000000', '2026-03-01 10:00:00'],
  ['timestamp_ntz', 6, '1772359200.500000', '2026-03-01 10:00:00.5'],
  ['timestamp_ntz', 9, '1772359200.123456000', '2026-03-01 10:00:00.123456'],
  ['timestamp_ntz', 9, '1772359200.000001999', '2026-03-01 10:00:00.000001'],
  ['timestamp_ntz', 0, '1772359200', '2026-03-01 10:00:00'],
  ['timestamp_ntz', 9, '-0.750000000', '1969-12-31 23:59:59.25'],
  ['timestamp_ntz', 9, '-1.000000000', '1969-12-31 23:59:59'],
  ['timestamp_ntz', 9, '-62135596800.000000000', '0001-01-01 00:00:00'],
  ['timestamp_ltz', 9, '1772359200.500000000', '2026-03-01 10:00:00.5+00'],
  ['timestamp_tz', 9, '1772359200.500000000 1560', '2026-03-01 10:00:00.5+00'],
  ['text', 0, '', ''],
  ['text', 0, 'null', 'null'],
  ['variant', 0, '{"n":12345678901234567890.10}', '{"n":12345678901234567890.10}'],
  ['binary', 0, 'DEADBEEF', 'DEADBEEF'],
] as const;

test.each(values)('a value of type %s(%i), %s on the wire, is read as %s', (type, scale, raw, expected) => {
  expect(read(type, raw, scale)).toEqual(expected);
  expect(read(type.toUpperCase(), raw, scale)).toEqual(expected);
  expect(read(type, null, scale)).toBeNull();
});

test('what cannot travel as a JS number travels as text', () => {
  expect(bindRow(['a', 1, 1.5, true, null, 42n, 9_007_199_254_740_993n])).toEqual([
    'a',
    1,
    1.5,
    true,
    null,
    42,
    '9007199254740993',
  ]);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => bindRow([value])).toThrow(/cannot be a parameter/);
  }
});

test('many rows travel as text: the first of them must not decide on the type of the others', () => {
  expect(
    bindRows([
      [null, 1, true],
      ['a', 1.5, 2n ** 70n],
    ]),
  ).toEqual([
    [null, '1', 'true'],
    ['a', '1.5', '1180591620717411303424'],
  ]);
});
