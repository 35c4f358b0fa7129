import type { Column } from 'snowflake-sdk';
import { describe, expect, it } from 'vitest';
import { toCubeRows } from '../../../semantic/server/snowflake-values.ts';

function column(name: string, type: string, scale = 0): Column {
  return { getName: () => name, getType: () => type, getScale: () => scale } as Column;
}

describe('a row of Snowflake', () => {
  it.each([
    ['fixed', '276701161105643274.21', '276701161105643274.21'],
    ['fixed', 'NULL', null],
    ['real', '0.1', '0.1'],
    ['real', 'NULL', null],
    ['text', 'NULL', 'NULL'],
    ['text', '', ''],
    ['text', null, null],
    ['boolean', true, true],
    ['boolean', false, false],
    ['boolean', null, null],
    ['date', new Date(Date.UTC(2026, 0, 1)), '2026-01-01T00:00:00.000Z'],
    ['timestamp_ntz', new Date(Date.UTC(2025, 11, 31, 23, 59, 59, 999)), '2025-12-31T23:59:59.999Z'],
    ['timestamp_ltz', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['timestamp_tz', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['date', null, null],
    ['variant', '{"a":1}', '{"a":1}'],
    ['fixed', undefined, null],
  ])('%s %j is %j', (type, value, expected) => {
    expect(toCubeRows([column('A', type)], [{ A: value }])).toEqual([{ a: expected }]);
  });

  it.each([
    ['10.500', 3, '10.50'],
    ['0.125', 3, '0.125'],
    ['1000.000', 3, '1000.00'],
    ['10.50', 2, '10.50'],
    ['100', 0, '100'],
    ['NULL', 3, null],
  ])('a decimal %s of %i decimals is shown as %s', (value, scale, expected) => {
    expect(toCubeRows([column('A', 'fixed', scale)], [{ A: value }])).toEqual([{ a: expected }]);
  });

  it('is named in lower case, as Cube’s aliases are', () => {
    const columns = [column('FINANCE__GMV', 'fixed'), column('finance__channel', 'text')];
    expect(toCubeRows(columns, [{ FINANCE__GMV: '1', finance__channel: 'Web' }])).toEqual([
      { finance__gmv: '1', finance__channel: 'Web' },
    ]);
  });
});
