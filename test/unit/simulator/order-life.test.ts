import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { perform } from '../../../simulator/order/action.ts';
import { chooseAction, orderActions } from '../../../simulator/order/actions.ts';
import { placeOrder } from '../../../simulator/order/placement.ts';
import type { Offer } from '../../../simulator/order/placement.ts';
import type { Change, OrderState, OrderTable } from '../../../simulator/order/rows.ts';
import { applyChanges, emptyOrder, sum, summarise, wantedUnits } from '../../../simulator/order/state.ts';
import type { OrderSummary } from '../../../simulator/order/state.ts';
import { createTally, measureOrder, truthChange } from '../../../simulator/order/truth.ts';
import type { TruthEntry } from '../../../simulator/order/truth.ts';
import { createRandom } from '../../../simulator/world/random.ts';

const startMs = Date.parse('2025-03-01T12:00:00Z');

const offers: fc.Arbitrary<readonly Offer[]> = fc.array(
  fc.record({
    productId: fc.integer({ min: 1, max: 50 }),
    kind: fc.constantFrom('goods' as const, 'goods' as const, 'goods' as const, 'gift_card' as const),
    priceE4: fc.integer({ min: 5, max: 3_000_000 }),
  }),
  { minLength: 1, maxLength: 6 },
);

interface Step {
  readonly name: string;
  readonly before: OrderState;
  readonly after: OrderSummary;
  readonly changes: readonly Change[];
}

/** Places an order and lets `count` things happen to it, an hour apart. */
function live(seed: number, basket: readonly Offer[], count: number): readonly Step[] {
  const random = createRandom(seed);
  const last = new Map<OrderTable, number>();
  const nextId = (table: OrderTable): number => {
    last.set(table, (last.get(table) ?? 0) + 1);
    return last.get(table) ?? 0;
  };
  const place = { customerId: 1, country: 'US', channel: 'web', placedAt: startMs, offers: basket };
  const placed = placeOrder(place, { random, now: startMs, nextId });
  const steps: Step[] = [
    {
      name: 'place',
      before: emptyOrder,
      changes: placed,
      after: summarise(applyChanges(emptyOrder, placed)),
    },
  ];
  for (let step = 1; step <= count; step += 1) {
    const before = steps.at(-1)?.after ?? expect.unreachable();
    const action = chooseAction(before, random);
    const { changes, summary } = perform(action, before, { random, now: startMs + step * 3_600_000, nextId });
    steps.push({ name: action.name, before: before.state, changes, after: summary });
  }
  return steps;
}

const lives = fc.tuple(fc.nat(), offers, fc.integer({ min: 0, max: 25 }));

test('whatever happens to an order, units and money stay within what was ordered and paid', () => {
  fc.assert(
    fc.property(lives, ([seed, basket, count]) => {
      for (const { after } of live(seed, basket, count)) {
        for (const line of after.lines) {
          expect(line.open).toBeGreaterThanOrEqual(0);
          expect(line.returned).toBeLessThanOrEqual(line.shipped);
          expect(line.returned).toBeGreaterThanOrEqual(0);
          if (line.line.kind === 'gift_card') expect(line.shipped + line.pending + line.returned).toBe(0);
        }
        expect(after.refundableCents).toBeGreaterThanOrEqual(0);
        expect(after.order.status === 'cancelled').toBe(sum(after.lines, wantedUnits) === 0);
        expect(after.order.cancelledAt === null).toBe(after.order.status !== 'cancelled');
        const { payments } = after.state;
        expect(payments.filter((each) => each.kind === 'capture').length).toBeLessThanOrEqual(1);
        expect(sum(after.state.refunds, (each) => each.amountCents)).toBe(
          sum(payments, (each) => (each.kind === 'refund' ? each.amountCents : 0)),
        );
        for (const refund of after.state.refunds) expect(refund.amountCents).toBeGreaterThanOrEqual(0);
      }
    }),
    { numRuns: 300 },
  );
});

test('changes applied one after another give the state that the summary holds', () => {
  fc.assert(
    fc.property(lives, ([seed, basket, count]) => {
      for (const { before, changes, after } of live(seed, basket, count)) {
        expect(applyChanges(before, changes)).toEqual(after.state);
        for (const change of changes) {
          const isKnown = before[change.table].some((row) => row.id === change.row.id);
          expect(isKnown).toBe(change.op !== 'insert');
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('the changes of truth along the way add up to what the order measures in the end', () => {
  fc.assert(
    fc.property(lives, ([seed, basket, count]) => {
      const steps = live(seed, basket, count);
      const tally = createTally();
      for (const { before, after } of steps) tally.add(truthChange(before, after.state));
      expect(sorted(tally.entries())).toEqual(sorted(summed(steps.at(-1)?.after.state ?? emptyOrder)));
    }),
    { numRuns: 200 },
  );
});

test('everything that can happen does happen', () => {
  const seen = new Set<string>();
  const basket = [1, 2, 3].map((productId): Offer => ({ productId, kind: 'goods', priceE4: 12_345 }));
  for (let seed = 0; seed < 1500; seed += 1) for (const { name } of live(seed, basket, 12)) seen.add(name);
  expect(orderActions.map((action) => action.name).filter((name) => !seen.has(name))).toEqual([]);
});

test('cancelling after goodwill was paid gives back only what is left of the money', () => {
  const random = createRandom(5);
  const ids = new Map<OrderTable, number>();
  const nextId = (table: OrderTable): number => {
    ids.set(table, (ids.get(table) ?? 0) + 1);
    return ids.get(table) ?? 0;
  };
  const context = { random, now: startMs, nextId };
  const one: Offer = { productId: 1, kind: 'goods', priceE4: 1_000_000 };
  const basket = { customerId: 1, country: 'US', channel: 'web', placedAt: startMs, offers: [one] };
  let summary = summarise(applyChanges(emptyOrder, placeOrder(basket, context)));
  for (const name of ['pay', 'refund as goodwill', 'cancel after capture']) {
    const action = orderActions.find((each) => each.name === name) ?? expect.unreachable();
    expect(action.weight(summary)).toBeGreaterThan(0);
    summary = perform(action, summary, context).summary;
  }
  expect(summary.order.status).toBe('cancelled');
  expect(summary.state.refunds).toHaveLength(2);
  expect(summary.refundableCents).toBe(0);
});

function summed(state: OrderState): readonly TruthEntry[] {
  const tally = createTally();
  tally.add(measureOrder(state));
  return tally.entries();
}

function sorted(entries: readonly TruthEntry[]): readonly string[] {
  return entries.map(({ metric, day, delta }) => `${day} ${metric} ${delta}`).sort();
}
