import { expect, it } from 'vitest';
import { difference, isSameNumber } from '../../../semantic/diff/exact.ts';

it.each([
  ['1.10', '1.2', '0.10'],
  ['0.30', '0.1', '-0.20'],
  ['-1', '1', '2'],
  ['90071992547409931.01', '90071992547409931.02', '0.01'],
  ['0', '-0.05', '-0.05'],
  ['12.345', '12.345', '0.000'],
  [null, '1', undefined],
  ['web', '1', undefined],
])('from %s to %s it is %s, to the last digit', (before, now, expected) => {
  expect(difference(before, now)).toBe(expected);
});

it('zeros at the end make no other number, nothing and nought do', () => {
  expect(isSameNumber('1.10', '1.1')).toBe(true);
  expect(isSameNumber(null, null)).toBe(true);
  expect(isSameNumber(null, '0')).toBe(false);
  expect(isSameNumber('1', '-1')).toBe(false);
});
