import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ShopwaveError } from '../../../lib/errors.ts';
import { lsnFromPosition, widenXid } from '../../../simulator/ledger/position.ts';

test('a position is a log sequence number in 16 digits', () => {
  expect(lsnFromPosition('000000010192F3A8')).toBe('1/192f3a8');
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
      const [high = '', low = ''] = lsnFromPosition(value.toString(16).padStart(16, '0')).split('/');
      expect(BigInt(`0x${high}`) * 2n ** 32n + BigInt(`0x${low}`)).toBe(value);
    }),
  );
});

test.each(['', '0/192F3A8', '00000000G192F3A8', '0000000000192F3A80'])('%j is no position', (text) => {
  expect(() => lsnFromPosition(text)).toThrow(ShopwaveError);
});

test('a 32-bit transaction id finds its epoch, also just after and just before the ids wrapped', () => {
  const id = fc.bigInt({ min: 3n, max: 2n ** 40n });
  const distance = fc.bigInt({ min: -(2n ** 31n) + 1n, max: 2n ** 31n - 1n });
  fc.assert(
    fc.property(id, distance, (full, away) => {
      const reference = full + away;
      fc.pre(reference >= 0n);
      expect(widenXid(full % 2n ** 32n, reference)).toBe(full);
    }),
  );
  expect(widenXid(4_294_967_290n, 2n ** 32n + 5n)).toBe(4_294_967_290n);
  expect(widenXid(5n, 2n ** 32n - 5n)).toBe(2n ** 32n + 5n);
});
