import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeCatalogue, makeHistory, shopSize } from '../../../simulator/backlog/history.ts';
import { luhnCheckDigit } from '../../../simulator/order/payment.ts';
import type { OrderState } from '../../../simulator/order/rows.ts';
import { createCalendar } from '../../../simulator/world/calendar.ts';
import { centsText, grossCents, priceText, shareCents } from '../../../simulator/world/money.ts';
import { createRandom } from '../../../simulator/world/random.ts';

const nowMs = Date.parse('2026-05-20T10:30:00Z');
const dayMs = 86_400_000;

function history(seed: number, lines: number): readonly OrderState[] {
  return [...makeHistory(seed, lines, nowMs, makeCatalogue(seed, lines, nowMs))];
}

test('the same seed and time give the same shop, another seed another one', () => {
  expect(history(3, 400)).toEqual(history(3, 400));
  expect(history(3, 400)).not.toEqual(history(4, 400));
  expect(makeCatalogue(3, 400, nowMs)).toEqual(makeCatalogue(3, 400, nowMs));
});

test('history has exactly the order lines asked for, in time order, within two years before now', () => {
  const orders = history(11, 2000);
  expect(orders.flatMap((each) => each.order_lines)).toHaveLength(2000);
  const placed = orders.map((each) => each.orders[0]?.placedAt ?? 0);
  expect(placed).toEqual([...placed].sort((a, b) => a - b));
  expect(Math.min(...placed)).toBeGreaterThan(nowMs - 732 * dayMs);
  const times = orders.flatMap((each) =>
    Object.values(each)
      .flat()
      .flatMap((row) => Object.entries(row))
      .flatMap(([field, value]) => (field.endsWith('At') && field !== 'promisedAt' ? [Number(value)] : [])),
  );
  expect(Math.max(...times)).toBeLessThan(nowMs);
});

test('orders refer only to people who had signed up and to products there are', () => {
  const catalogue = makeCatalogue(5, 2000, nowMs);
  const signedUp = new Map(catalogue.customers.map((each) => [each.id, each.createdAt]));
  const products = new Map(catalogue.products.map((each) => [each.id, each.kind]));
  for (const state of makeHistory(5, 2000, nowMs, catalogue)) {
    const [order] = state.orders;
    const customerId = order?.customerId ?? null;
    if (customerId !== null) expect(signedUp.get(customerId)).toBeLessThanOrEqual(order?.placedAt ?? 0);
    for (const line of state.order_lines) expect(products.get(line.productId)).toBe(line.kind);
  }
  expect(new Set(catalogue.customers.map((each) => each.email)).size).toBe(catalogue.customers.length);
  expect(catalogue.customers.every((each) => /^[a-z0-9.]+@example\.com$/.test(each.email))).toBe(true);
});

test('the usual backlog is a shop of the usual size, and none is a small catalogue', () => {
  expect(shopSize(200_000)).toEqual({ sellers: 60, products: 2000, customers: 20_000 });
  expect(shopSize(0)).toEqual({ sellers: 10, products: 200, customers: 200 });
});

test('the calendar is monotone and sells more in December than in February', () => {
  const calendar = createCalendar(nowMs, 365);
  const times = Array.from({ length: 20_000 }, (_, index) => calendar.timeAt(index / 20_000));
  expect(times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0))).toBe(true);
  const inMonth = (month: number): number =>
    times.filter((time) => new Date(time).getUTCMonth() === month).length;
  expect(inMonth(11)).toBeGreaterThan(inMonth(1) * 1.5);
});

test('quantity times price is rounded half up, exactly', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 0, max: 99_999_999 }),
      (quantity, price) => {
        expect(BigInt(grossCents(quantity, price))).toBe((BigInt(quantity) * BigInt(price) + 50n) / 100n);
      },
    ),
  );
});

test('shares of successive units add up to the whole amount', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 10_000_000 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (amount, parts) => {
        const of = parts.reduce((sum, part) => sum + part, 0);
        let taken = 0;
        let given = 0;
        for (const part of parts) {
          const share = shareCents(amount, taken + part, of) - shareCents(amount, taken, of);
          expect(share).toBeGreaterThanOrEqual(0);
          taken += part;
          given += share;
        }
        expect(given).toBe(amount);
      },
    ),
  );
});

test('amounts are written with their decimals', () => {
  expect([centsText(0), centsText(5), centsText(-123456), priceText(50), priceText(123_400)]).toEqual([
    '0.00',
    '0.05',
    '-1234.56',
    '0.0050',
    '12.3400',
  ]);
});

test('weights decide how often an item is picked, and zero means never', () => {
  const random = createRandom(1);
  const counts = { a: 0, b: 0, never: 0 };
  const weights = { a: 3, b: 1, never: 0 };
  for (let i = 0; i < 8000; i += 1) {
    counts[random.weighted(['a', 'never', 'b'] as const, (each) => weights[each]) ?? 'never'] += 1;
  }
  expect(counts.never).toBe(0);
  expect(counts.a / counts.b).toBeGreaterThan(2.6);
  expect(counts.a / counts.b).toBeLessThan(3.4);
  expect(random.weighted([1, 2], () => 0)).toBeUndefined();
});

test('check digits are those of the processors’ published test cards', () => {
  expect(['424242424242424', '555555555555444', '601111111111111'].map(luhnCheckDigit)).toEqual([2, 4, 7]);
});
