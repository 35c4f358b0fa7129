import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvName, toCsv } from '../../../../semantic/explorer/csv.ts';
import { compareExact, shownNumber } from '../../../../semantic/explorer/exact-number.ts';
import { niceTicks, spread } from '../../../../semantic/explorer/scale.ts';

describe('a number', () => {
  it.each([
    ['0', 'count', '0'],
    ['1234567', 'count', '1,234,567'],
    ['-1234.50', 'currency', '-1,234.50'],
    ['98765432109876543210.123', 'currency', '98,765,432,109,876,543,210.123'],
    ['0.2512', 'ratio', '25.12 %'],
    ['1', 'ratio', '100 %'],
    ['12.3456', 'ratio', '1,234.56 %'],
    ['-0.0007', 'ratio', '-0.07 %'],
    ['1e5', 'count', '1e5'],
    ['unknown', 'count', 'unknown'],
  ] as const)('%s of unit %s is shown as %s', (text, unit, shown) => {
    expect(shownNumber(text, unit)).toBe(shown);
  });

  it('keeps every digit', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.nat(999), (whole, fraction) => {
        const text = `${whole}.${String(fraction).padStart(3, '0')}`;
        expect(shownNumber(text, 'currency').replaceAll(',', '')).toBe(text);
        expect(shownNumber(text, 'ratio').replaceAll(/[,. %]/g, '')).toBe(
          text.replace('.', '').replace(/^(-?)0+(?=\d\d)/, '$1'),
        );
      }),
    );
  });

  it('is ordered by its exact value', () => {
    const sorted = [
      'n/a',
      '-2',
      '-1.5',
      '0',
      '0.10',
      '9',
      '10',
      '10.001',
      '9007199254740993.1',
      '9007199254740993.2',
    ];
    expect([...sorted].reverse().sort(compareExact)).toEqual(sorted);
  });
});

describe('CSV', () => {
  it('has the numbers as they were told, and texts that no spreadsheet runs', () => {
    const columns = ['date', 'sku', 'gmv'];
    const rows = [
      { date: '2026-01-01', sku: '=HYPERLINK("http://x","y")', gmv: '-45.050' },
      { date: '2026-01-02', sku: '@SUM(1,2)', gmv: '12345678901234567890.10' },
      { date: null, sku: ' +1 not a number', gmv: null },
      { date: '2026-01-03', sku: '-5', gmv: '0' },
      { date: '2026-01-04', sku: '\t=1', gmv: '0' },
      { date: '2026-01-05', sku: '＝1', gmv: '0' },
      { date: '2026-01-06', sku: 'two\r\nlines, "quoted"', gmv: '0' },
    ];
    expect(parse(toCsv({ columns, rows }))).toEqual([
      columns,
      ['2026-01-01', `'=HYPERLINK("http://x","y")`, '-45.050'],
      ['2026-01-02', `'@SUM(1,2)`, '12345678901234567890.10'],
      ['', `' +1 not a number`, ''],
      ['2026-01-03', '-5', '0'],
      ['2026-01-04', `'\t=1`, '0'],
      ['2026-01-05', `'＝1`, '0'],
      ['2026-01-06', 'two\r\nlines, "quoted"', '0'],
    ]);
  });

  it('is read back whatever the texts are', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 4 }), (texts) => {
        const rows = texts.map((text) => ({ id: 'x', text }));
        const read = parse(toCsv({ columns: ['id', 'text'], rows })).slice(1);
        expect(read.map(([, text]) => text?.replace(/^'(?=\s*[=+\-@＝＋－＠])/u, ''))).toEqual(
          texts.map((text) => text.replace(/^'(?=\s*[=+\-@＝＋－＠])/u, '')),
        );
      }),
    );
  });

  it('is called by what it holds', () => {
    expect(csvName(['date', 'channel', 'finance.gmv'])).toBe('date-channel-finance_gmv.csv');
    expect(csvName(['../../x'.repeat(40)])).toMatch(/^[\w-]{1,80}\.csv$/);
  });
});

describe('marks of an axis', () => {
  it('are round, even, and cover the values and zero', () => {
    expect(niceTicks([3, 97])).toEqual([0, 20, 40, 60, 80, 100]);
    expect(niceTicks([0.1, 0.25])).toEqual([0, 0.05, 0.1, 0.15, 0.2, 0.25]);
    expect(niceTicks([-45.05, 201.1])).toEqual([-50, 0, 50, 100, 150, 200, 250]);
    expect(niceTicks([])).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(niceTicks([1, 2], { whole: true })).toEqual([0, 1, 2]);
    expect(niceTicks([0, 0])).toEqual(niceTicks([]));
  });

  it('cover any values', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.integer({ min: -1e12, max: 1e12 }).map((hundredths) => hundredths / 100),
          { minLength: 1 },
        ),
        (values) => {
          const ticks = niceTicks(values);
          const slack = 1e-9 * Math.max(...values.map(Math.abs));
          expect(ticks.length).toBeLessThan(12);
          expect(ticks[0]).toBeLessThanOrEqual(Math.min(0, ...values) + slack);
          expect(ticks.at(-1)).toBeGreaterThanOrEqual(Math.max(0, ...values) - slack);
        },
      ),
    );
  });

  it('have their room', () => {
    expect(spread(12, 4)).toEqual([2, 5, 8, 11]);
    expect(spread(3, 10)).toEqual([0, 1, 2]);
    expect(spread(0, 3)).toEqual([]);
  });
});
