import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  commitTimeToIso,
  formatLsn,
  lsnToPosition,
  parseLsn,
  positionToLsn,
} from '../../../ingest/postgres/lsn.ts';

const lsn = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

describe('log positions', () => {
  test('as PostgreSQL writes them', () => {
    expect(parseLsn('16/B374D848')).toBe(0x16_b374_d848n);
    expect(formatLsn(0x16_b374_d848n)).toBe('16/B374D848');
    expect(parseLsn('0/0')).toBe(0n);
    expect(lsnToPosition(0x16_b374_d848n)).toBe('00000016B374D848');
  });

  test('both notations go there and back, and text order is log order', () => {
    fc.assert(
      fc.property(lsn, lsn, (left, right) => {
        expect(parseLsn(formatLsn(left))).toBe(left);
        expect(positionToLsn(lsnToPosition(left))).toBe(left);
        expect(lsnToPosition(left) < lsnToPosition(right)).toBe(left < right);
      }),
    );
  });

  test.each(['', '16', '16/', '/1', 'g/1', '1/123456789', "0/0'; drop"])('%j is refused', (text) => {
    expect(() => parseLsn(text)).toThrow(expect.objectContaining({ code: 'CAPTURE_MESSAGE_INVALID' }));
  });
});

describe('commit times', () => {
  test.each([
    [0n, '2000-01-01T00:00:00.000000Z'],
    [1n, '2000-01-01T00:00:00.000001Z'],
    [-1n, '1999-12-31T23:59:59.999999Z'],
    [-946_684_800_000_001n, '1969-12-31T23:59:59.999999Z'],
    [817_306_164_201_405n, '2025-11-24T13:29:24.201405Z'],
  ])('%s microseconds after 2000 are %s', (micros, iso) => {
    expect(commitTimeToIso(micros)).toBe(iso);
  });
});
