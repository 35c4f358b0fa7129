import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ShopwaveError } from '../../../lib/errors.ts';
import { lsnFromPosition, positionFromLsn, widenXid } from '../../../simulator/ledger/position.ts';

test('positions and log sequence numbers say the same', () => {
  expect(lsnFromPosition('000000010192F3A8')).toBe('1/192f3a8');
  expect(positionFromLsn('1/192f3a8')).toBe('000000010192F3A8');
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
      const position = value.toString(16).toUpperCase().padStart(16, '0');
      expect(positionFromLsn(lsnFromPosition(position))).toBe(position);
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
