import type pg from 'pg';
import { expect, test } from 'vitest';
import { liveOwnOrder, ownOrderId } from '../../../../simulator/shopify/own-order.ts';
import { createOwnTruth } from '../../../../simulator/shopify/own-truth.ts';

const placedAt = Date.parse('2026-03-01T12:00:00Z');
const seed = 7;
const basket = {
  customerId: 50_000_000_001,
  country: 'US',
  channel: 'web',
  placedAt,
  // A third of a cent: three cancellations of a unit each round to nothing, and together they are a cent.
  offers: [{ productId: 1, kind: 'goods', priceE4: 33 }],
} as const;

/** The database that has one basket for every order; counts how many orders it was asked for. */
function basketsOf(): { readonly client: pg.Client; readonly asked: number[] } {
  const asked: number[] = [];
  const query = (_sql: string, [numbers]: [readonly number[]]): unknown => {
    asked.push(numbers.length);
    return { rows: numbers.map((number) => ({ number: String(number), basket })) };
  };
  return { client: { query } as unknown as pg.Client, asked };
}

/** Orders as they are long after, by key. */
function versionsAt(now: number): Map<number, number> {
  return new Map(
    Array.from({ length: 200 }, (_, number) => {
      const { state } = liveOwnOrder(seed, number, basket, now);
      return [ownOrderId(number), Math.floor((state.orders[0]?.updatedAt ?? 0) / 1000) * 1000];
    }),
  );
}

test('what was taken off a line before capture counts as a share of the line, as Shopify lets one know it', async () => {
  const { client } = basketsOf();
  const now = placedAt + 400 * 86_400_000;
  let wanted = 0;
  for (const [id] of versionsAt(now)) {
    const { state } = liveOwnOrder(seed, (id - ownOrderId(0)) / 256, basket, now);
    const [order, line] = [state.orders[0], state.order_lines[0]];
    if (order === undefined || line === undefined || order.isTest) continue;
    const gross = Math.floor((line.quantity * 33 + 50) / 100);
    const before = new Set(state.cancellations.filter((each) => each.beforeCapture).map((each) => each.id));
    const voided = state.cancellation_lines.filter((row) => before.has(row.cancellationId));
    const units = voided.reduce((sum, row) => sum + row.quantity, 0);
    wanted +=
      gross - line.discountCents - Math.floor((gross * units * 2 + line.quantity) / (line.quantity * 2));
    wanted += voided.reduce((sum, row) => sum + row.discountCents, 0);
    for (const row of state.cancellation_lines.filter((each) => !before.has(each.cancellationId)))
      wanted -= Math.floor((row.quantity * 33 + 50) / 100) - row.discountCents;
    wanted -= state.refund_lines.reduce((sum, row) => sum + row.amountCents, 0);
  }
  expect(await createOwnTruth(seed).at(client, versionsAt(now))).toMatchObject({
    net_revenue: BigInt(wanted),
  });
});

test('only orders that changed are played back again', async () => {
  const { client, asked } = basketsOf();
  const truth = createOwnTruth(seed);
  const early = versionsAt(placedAt + 3_600_000);
  const first = await truth.at(client, early);
  expect(await truth.at(client, early)).toEqual(first);
  const later = new Map([...early].slice(0, 3));
  await truth.at(client, later);
  expect(asked).toEqual([200]);
});
