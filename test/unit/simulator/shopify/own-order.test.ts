import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { trimPrice } from '../../../../simulator/shopify/money.ts';
import { liveOwnOrder, ownOrderVersion } from '../../../../simulator/shopify/own-order.ts';
import { versionHeaders } from '../../../../simulator/shopify/versions.ts';

const placedAt = Date.parse('2026-03-01T12:00:00Z');
const dayMs = 86_400_000;

const basket = {
  customerId: 50_000_000_001,
  country: 'US',
  channel: 'web',
  placedAt,
  offers: [
    { productId: 1, kind: 'goods', priceE4: 129_900 },
    { productId: 2, kind: 'goods', priceE4: 4_500 },
  ],
} as const;

test('a life looked at later goes on from where it stood, and stands still until its next moment', () => {
  const moment = fc.integer({ min: 1, max: 60 * dayMs });
  fc.assert(
    fc.property(
      fc.nat(10_000),
      fc.nat(1000),
      moment,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (seed, number, ms, share) => {
        const now = placedAt + ms;
        const seen = liveOwnOrder(seed, number, basket, now);
        const nextAt = seen.nextAt ?? now + 400 * dayMs;
        expect(nextAt).toBeGreaterThanOrEqual(now);
        // Deletion leaves the rows as they are, so that only what comes before it is compared.
        const later = liveOwnOrder(seed, number, basket, now + Math.floor((nextAt - now) * share));
        expect(later.state).toEqual(seen.state);
        const grown = liveOwnOrder(seed, number, basket, nextAt + dayMs);
        expect(grown.state.payments.slice(0, seen.state.payments.length)).toEqual(seen.state.payments);
      },
    ),
    { numRuns: 150 },
  );
});

test('keys of two orders never meet, and no key is one of the shop', () => {
  const first = liveOwnOrder(1, 0, basket, placedAt + 60 * dayMs).state;
  const second = liveOwnOrder(1, 1, basket, placedAt + 60 * dayMs).state;
  const largest = Math.max(...Object.values(first).flatMap((rows) => rows.map((row) => row.id)));
  const smallest = Math.min(...Object.values(second).flatMap((rows) => rows.map((row) => row.id)));
  expect(largest).toBeLessThan(smallest);
  expect(Math.min(...first.order_lines.map((line) => line.id))).toBeGreaterThanOrEqual(50_000_000_000);
});

test('prices keep what lies below a cent', () => {
  expect(['2.5000', '0.0450', '12.3456', '7.00', '5'].map(trimPrice)).toEqual([
    '2.50',
    '0.045',
    '12.3456',
    '7.00',
    '5',
  ]);
});

test('an expired version is answered by the oldest supported one; what never was one is not found', () => {
  const versions = {
    supported: ['2026-01', '2026-10'],
    deprecated: { '2026-01': 'https://shopify.dev/api/usage/versioning' },
  };
  expect(versionHeaders('2026-10', versions)).toEqual({ 'x-shopify-api-version': '2026-10' });
  expect(versionHeaders('2024-04', versions)).toEqual({
    'x-shopify-api-version': '2026-01',
    'x-shopify-api-deprecated-reason': 'https://shopify.dev/api/usage/versioning',
  });
  expect([versionHeaders('2027-01', versions), versionHeaders('v1', versions)]).toEqual([
    undefined,
    undefined,
  ]);
});

test('a version is named by the whole second it was updated in', () => {
  fc.assert(
    fc.property(
      fc.nat(10_000),
      fc.nat(1000),
      fc.integer({ min: 1, max: 60 * dayMs }),
      (seed, number, later) => {
        const now = placedAt + later;
        const { state } = liveOwnOrder(seed, number, basket, now);
        const updatedAt = state.orders[0]?.updatedAt ?? expect.unreachable();
        // The API cuts the time to whole seconds; it may be asked a moment after that second began, or long after it.
        const told = Math.floor(updatedAt / 1000) * 1000;
        expect(ownOrderVersion(seed, number, basket, told)).toEqual(state);
        if (state.payments.length > 0) {
          const earlier = ownOrderVersion(seed, number, basket, told - 1000);
          expect(Math.floor((earlier.orders[0]?.updatedAt ?? 0) / 1000) * 1000).toBeLessThan(told);
        }
        // Shopify removes no lines.
        expect(state.order_lines).toHaveLength(basket.offers.length);
      },
    ),
    { numRuns: 150 },
  );
});
