import fc from 'fast-check';
import { expect, test } from 'vitest';
import { advanceWatermark } from '../../../transforms/engine/stage/watermark.ts';

const batch = (
  from: number,
  to: number,
): { fromPosition: string; toPosition: string; toCommittedAt: string } => ({
  fromPosition: String(from).padStart(4, '0'),
  toPosition: String(to).padStart(4, '0'),
  toCommittedAt: `t${to}`,
});
const start = { position: '0000', committedAt: null };

test('walks a chain whatever the order of its batches', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (order) => {
      const reached = advanceWatermark(
        start,
        order.map((index) => batch(index * 10, index * 10 + 10)),
      );
      expect(reached).toEqual({ position: '0050', committedAt: 't50' });
    }),
  );
});

test('never passes a gap', () => {
  expect(advanceWatermark(start, [batch(0, 10), batch(20, 30)])).toEqual({
    position: '0010',
    committedAt: 't10',
  });
  expect(advanceWatermark(start, [batch(10, 20)])).toEqual(start);
});

test('does not loop on a batch that covers nothing', () => {
  expect(advanceWatermark(start, [batch(0, 0), batch(0, 10)]).position).toBe('0010');
});
