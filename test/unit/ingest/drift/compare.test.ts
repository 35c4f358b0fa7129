import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareShapes } from '../../../../ingest/drift/compare.ts';
import type { ColumnShape, TableShape } from '../../../../ingest/drift/shape.ts';
import { isWidening } from '../../../../ingest/drift/widening.ts';

const id: ColumnShape = { name: 'id', type: 'bigint', id: 1, isKey: true };
const total: ColumnShape = { name: 'total', type: 'numeric(12,2)', id: 2, isKey: false };
const note: ColumnShape = { name: 'note', type: 'text', id: 3, isKey: false };
const orders: TableShape = { table: 'orders', id: 100, columns: [id, total, note] };
const declared = [{ table: 'orders', key: ['id'], columns: ['id', 'total'] }];

function kindsOf(after: readonly TableShape[], before: readonly TableShape[] = [orders]): string[] {
  return compareShapes(before, after, declared).map(
    ({ kind, column, severity }) => `${kind} ${column ?? ''} ${severity}`,
  );
}

const withColumns = (...columns: ColumnShape[]): TableShape[] => [{ ...orders, columns }];

describe('what changed between two looks', () => {
  test.each<[string, TableShape[], string[]]>([
    ['nothing', [orders], []],
    ['a table that nobody declared', [orders, { ...orders, table: 'x', id: 7 }], ['table_added  info']],
    ['a captured table dropped', [], ['table_dropped  page']],
    ['a captured table renamed', [{ ...orders, table: 'sales' }], ['table_renamed  page']],
    [
      'a new column of a captured table',
      withColumns(id, total, note, { ...note, name: 'gift', id: 4 }),
      ['column_added gift warn'],
    ],
    [
      'a new column that may hold card data',
      withColumns(id, total, note, { ...note, name: 'card_number', id: 4 }),
      ['column_added card_number page'],
    ],
    ['a captured column dropped', withColumns(id, note), ['column_dropped total page']],
    ['another column dropped', withColumns(id, total), ['column_dropped note info']],
    [
      'a captured column renamed is no drop',
      withColumns(id, { ...total, name: 'sum' }, note),
      ['column_renamed total page'],
    ],
    [
      'a column dropped and made again under its name is no rename',
      withColumns(id, { ...total, id: 9 }, note),
      ['column_dropped total page', 'column_added total warn'],
    ],
    ['wider', withColumns(id, { ...total, type: 'numeric(14,2)' }, note), ['type_widened total info']],
    ['another type', withColumns(id, { ...total, type: 'text' }, note), ['type_changed total page']],
    [
      'renamed and retyped at once',
      withColumns(id, { ...total, name: 'sum', type: 'text' }, note),
      ['column_renamed total page', 'type_changed total page'],
    ],
    [
      'another key',
      withColumns({ ...id, isKey: false }, { ...total, isKey: true }, note),
      ['key_changed  page'],
    ],
    ['the whole table made again, just as it was', [{ ...orders, id: 101 }], []],
    [
      'the whole table made again, without a column',
      [{ table: 'orders', id: 101, columns: [id, { ...note, id: 2 }] }],
      ['column_dropped total page'],
    ],
  ])('%s', (_, after, expected) => {
    expect(kindsOf(after)).toEqual(expected);
  });
});

describe('widening', () => {
  test.each([
    ['integer', 'bigint', true],
    ['bigint', 'integer', false],
    ['bigint', 'numeric', true],
    ['bigint', 'numeric(10,0)', false],
    ['character varying(40)', 'character varying(80)', true],
    ['character varying(80)', 'character varying(40)', false],
    ['character varying(40)', 'text', true],
    ['text', 'character varying(40)', false],
    ['numeric(12,2)', 'numeric(12,4)', false],
    ['numeric(12,2)', 'numeric(14,4)', true],
    ['numeric(12,2)', 'numeric', true],
    ['numeric', 'numeric(12,2)', false],
    ['timestamp(3) with time zone', 'timestamp(6) with time zone', true],
    ['timestamp(6) with time zone', 'timestamp(3) with time zone', false],
    ['timestamp without time zone', 'timestamp with time zone', false],
    ['date', 'timestamp without time zone', true],
    ['text', 'jsonb', false],
  ])('%s to %s: %s', (before, after, expected) => {
    expect(isWidening(before, after)).toBe(expected);
  });

  test('a numeric that widens takes every value of the narrow one', () => {
    const type = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 20 }));
    fc.assert(
      fc.property(type, type, ([precision, scale], [newPrecision, newScale]) => {
        const whole = precision - scale;
        const fits = newScale >= scale && newPrecision - newScale >= whole;
        expect(isWidening(`numeric(${precision},${scale})`, `numeric(${newPrecision},${newScale})`)).toBe(
          fits,
        );
      }),
    );
  });
});
