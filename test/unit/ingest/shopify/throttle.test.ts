import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCost, throttleWaitMs } from '../../../../ingest/shopify/throttle.ts';

const body = {
  data: {},
  extensions: {
    cost: {
      requestedQueryCost: 752,
      actualQueryCost: null,
      throttleStatus: { maximumAvailable: 1000, currentlyAvailable: 152, restoreRate: 50 },
    },
  },
};

describe('cost', () => {
  test('is read from every answer that carries it', () => {
    expect(readCost(body)).toEqual({ requested: 752, available: 152, maximum: 1000, restoreRate: 50 });
    expect(readCost({ data: {} })).toBeUndefined();
    expect(readCost({ extensions: { cost: { requestedQueryCost: 'many' } } })).toBeUndefined();
    expect(readCost(null)).toBeUndefined();
  });

  test.each([
    ['what is missing, at the rate it comes back', 752, 152, 12_000],
    ['nothing is missing', 100, 152, 0],
    ['more than the bucket holds: a full bucket', 5_000, 0, 20_000],
    ['part of a second is rounded up', 153, 152, 20],
  ])('wait: %s', (_, requested, available, wait) => {
    expect(throttleWaitMs({ requested, available, maximum: 1000, restoreRate: 50 })).toBe(wait);
  });

  test('after the wait the points are there, and a tenth of a second earlier they are not', () => {
    const amount = fc.integer({ min: 1, max: 4000 });
    fc.assert(
      fc.property(
        amount,
        amount,
        amount,
        fc.integer({ min: 10, max: 2000 }),
        (requested, left, maximum, restoreRate) => {
          const available = Math.min(left, maximum);
          const needed = Math.min(requested, maximum);
          const wait = throttleWaitMs({ requested, available, maximum, restoreRate });
          const after = (ms: number): number => available + (ms / 1000) * restoreRate;
          expect(after(wait)).toBeGreaterThanOrEqual(needed);
          if (wait > 100) expect(after(wait - 100)).toBeLessThan(needed);
        },
      ),
    );
  });
});
