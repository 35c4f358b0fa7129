import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { rowsResult, toCell } from '../../../cli/operations/operation.ts';
import { renderResult, renderTable } from '../../../cli/output/render.ts';
import { minorToCents, toCents } from '../../../cli/supervisor/headline.ts';

const rows = rowsResult([
  { name: 'gmv', value: '1234.50', note: null },
  { name: 'orders\tper\nday', value: 7, note: 'two  spaces' },
]);

test('a table aligns numbers to the right and keeps a row on one line', () => {
  expect(renderResult(rows, 'table').split('\n')).toEqual([
    'name              value  note',
    '--------------  -------  ----------',
    'gmv             1234.50',
    'orders per day        7  two spaces',
  ]);
});

test('plain output has one line a row whatever is in the values', () => {
  expect(renderResult(rows, 'plain')).toBe('gmv\t1234.50\t\norders\\tper\\nday\t7\ttwo  spaces');
});

test('JSON output is the rows as they are', () => {
  expect(JSON.parse(renderResult(rows, 'json'))).toEqual(rows.kind === 'rows' ? rows.rows : []);
  expect(renderResult(rowsResult([]), 'json')).toBe('[]');
});

test('YAML output is what JSON output says', () => {
  expect(parse(renderResult(rows, 'yaml'))).toEqual(JSON.parse(renderResult(rows, 'json')));
  expect(renderResult(rowsResult([]), 'yaml')).toBe('[]');
});

test('no rows are said to be none only to people', () => {
  expect(renderResult(rowsResult([], { columns: ['a'] }), 'table')).toBe('(no rows)');
  expect(renderResult(rowsResult([], { columns: ['a'] }), 'plain')).toBe('');
});

test('a column of texts that only look like numbers in part is not aligned right', () => {
  expect(renderTable(['id'], [['1'], ['1a']])).toBe('id\n--\n1\n1a');
});

test('a wide integer keeps every digit on its way through JSON', () => {
  expect(toCell(9_007_199_254_740_993n)).toBe('9007199254740993');
  expect(toCell(42n)).toBe(42);
  expect(toCell(undefined)).toBeNull();
});

test('money keeps its cents: minor units and decimal text meet in the same form', () => {
  expect([
    minorToCents(0n),
    minorToCents(5n),
    minorToCents(-5n),
    minorToCents(123_456_789_012_345_678n),
  ]).toEqual(['0.00', '0.05', '-0.05', '1234567890123456.78']);
  expect([toCents('0'), toCents('12.5'), toCents('-3.10'), toCents('7.000')]).toEqual([
    '0.00',
    '12.50',
    '-3.10',
    '7.00',
  ]);
  expect(toCents('1.005')).toBe('1.005');
});
