import { describe, expect, it } from 'vitest';
import { decimalType } from '../../../semantic/server/exact-filter.ts';

describe('the type of a number to compare with', () => {
  it.each([
    ['100.10', 'decimal(5, 2)'],
    ['-9007199254740993', 'decimal(16, 0)'],
    ['+0.5', 'decimal(2, 1)'],
    ['.5', 'decimal(1, 1)'],
    ['7.', 'decimal(1, 0)'],
    [' 12 ', 'decimal(2, 0)'],
    ['99999999999999999999999999999999999999', 'decimal(38, 0)'],
  ])('%s is %s', (text, type) => {
    expect(decimalType(text)).toBe(type);
  });

  it.each(['', '.', '-', '1e5', '1,5', 'web', 'NaN', '999999999999999999999999999999999999999', '1.2.3'])(
    '%j has none',
    (text) => {
      expect(decimalType(text)).toBeUndefined();
    },
  );
});
