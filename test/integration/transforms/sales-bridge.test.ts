import { expect, test } from 'vitest';
import type { Row } from '../../../warehouse/warehouse.ts';
import type { ApiEntry } from '../../support/api-rows.ts';
import { appendApiBatch } from '../../support/api-rows.ts';
import { openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';
import { lineRow, orderRow, paymentRow, productRow } from '../../support/shop-rows.ts';
import { stripeBalanceTransaction, stripeCharge } from '../../support/stripe-rows.ts';

// Orders with everything between what was sold and what Stripe captured: each is explained to the last minor unit.

const cancelledAt = '2026-03-02 00:00:00+00';
const capturedAt = '2026-03-10 00:00:01+00';

const cancellation = (id: number, order: number, change: Readonly<Record<string, string>>): LogEntry => ({
  table: 'cancellations',
  op: 'u',
  position: 1,
  data: {
    id: String(id),
    number: `C${id}`,
    order_id: String(order),
    customer_id: null,
    currency: 'USD',
    channel: 'web',
    before_capture: 't',
    reason: null,
    cancelled_at: cancelledAt,
    ...change,
  },
});

const cancelledLine = (
  id: number,
  of: readonly [cancellation: number, line: number, product: number],
  price: string,
  discount = '0.00',
): LogEntry => ({
  table: 'cancellation_lines',
  op: 'u',
  position: 1,
  data: {
    id: String(id),
    cancellation_id: String(of[0]),
    order_line_id: String(of[1]),
    product_id: String(of[2]),
    quantity: '1',
    unit_price: price,
    discount_amount: discount,
  },
});

const line = (id: number, order: number, product: number, change: Readonly<Record<string, string>>) =>
  lineRow(1, String(id), String(order), { line_no: String(id), product_id: String(product), ...change });

const paid = (id: number, order: number, amount: string, change: Readonly<Record<string, string>> = {}) =>
  paymentRow(1, String(id), String(order), {
    amount,
    processor_ref: `pi_${order}`,
    created_at: capturedAt,
    ...change,
  });

const shop: readonly LogEntry[] = [
  productRow(1, '1'),
  productRow(1, '2', { kind: 'gift_card' }),
  productRow(1, '3', { kind: 'fee' }),
  // every term at once: 26.00 of goods, 75.00 of gift cards, and what became of them before 41.72 were charged
  orderRow(1, '3', { shipping_amount: '5.00' }),
  line(301, 3, 1, { quantity: '3', unit_price: '3.3333', discount_amount: '0.02', tax_amount: '0.10' }),
  line(302, 3, 2, { quantity: '1', unit_price: '50.0000' }),
  line(303, 3, 2, { quantity: '1', unit_price: '25.0000' }),
  line(304, 3, 1, { quantity: '2', unit_price: '8.0000', tax_amount: '1.00' }),
  line(305, 3, 3, { quantity: '1', unit_price: '1.5000' }),
  cancellation(31, 3, {}),
  cancelledLine(311, [31, 301, 1], '3.3333', '0.01'),
  cancelledLine(312, [31, 303, 2], '25.0000'),
  cancelledLine(313, [31, 304, 1], '7.0000'),
  paid(31, 3, '10.00', { method: 'gift_card', processor_ref: 'gc_3' }),
  paid(32, 3, '20.00', { method: 'paypal', processor_ref: 'pp_3' }),
  paid(33, 3, '41.72'),
  // cancelled after the money was taken: of no concern to the charge
  cancellation(32, 3, { before_capture: 'f', cancelled_at: '2026-03-11 00:00:00+00' }),
  cancelledLine(321, [32, 304, 1], '8.0000'),
  cancelledLine(322, [32, 302, 2], '50.0000'),
  // a test order that never went to Stripe
  orderRow(1, '4', { is_test: 't' }),
  line(401, 4, 1, {}),
  paid(41, 4, '5.00'),
  // never paid
  orderRow(1, '5'),
  line(501, 5, 1, {}),
  // cancelled whole, with its shipping
  orderRow(1, '6', { shipping_amount: '4.99' }),
  line(601, 6, 2, { quantity: '1' }),
  cancellation(61, 6, {}),
  cancelledLine(611, [61, 601, 2], '2.5000'),
  // a gift card for less than it is worth
  orderRow(1, '7'),
  line(701, 7, 2, { quantity: '1', unit_price: '50.0000', discount_amount: '5.00' }),
  paid(71, 7, '45.00', { method: 'paypal', processor_ref: 'pp_7' }),
];

function chargeOf(minor: number): readonly ApiEntry[] {
  return [
    stripeCharge(1, 'ch_3', { payment_intent: 'pi_3', amount: 4172, amount_captured: 4172 }),
    stripeBalanceTransaction(1, 'txn_ch_3', 'ch_3', { amount: minor, net: minor - 88 }),
  ];
}

/** What R7 lists. */
async function unexplained(stripe: readonly ApiEntry[]): Promise<readonly Row[]> {
  const { warehouse, transforms } = await openTransforms();
  try {
    const entries = shop.map((entry, index) => ({ ...entry, position: index + 1 }));
    await appendBatch(warehouse, { id: 'shop', from: 0, to: entries.length, entries });
    await appendApiBatch(warehouse, { id: 'stripe', part: 1, entries: stripe });
    await warehouse.execute(
      "update _meta.loaded_batch set to_committed_at = timestamp '2026-03-20 00:00:00'",
    );
    await transforms.stage();
    const { held } = await transforms.build();
    expect(held).toEqual([]);
    const bridge = (await transforms.test()).checks.find(
      ({ name }) => name === 'assert_r7_sales_bridge_to_charges',
    );
    expect(bridge).toBeDefined();
    return await warehouse.query(bridge?.sql ?? '');
  } finally {
    await warehouse.close();
  }
}

test('every order is explained to the last minor unit', async () => {
  expect(await unexplained(chargeOf(4172))).toEqual([]);
});

test('a charge that is off by one is listed with every term of its order', async () => {
  const rows = await unexplained(chargeOf(4173));
  expect(rows.map((row) => Object.entries(row).map(([name, value]) => `${name} ${String(value)}`))).toEqual([
    [
      'order_id 3',
      'currency USD',
      'compared_at 2026-03-01 12:00:00',
      'goods_minor 2600',
      'discount_minor -2',
      'tax_minor 110',
      'shipping_minor 500',
      'gift_cards_sold_minor 7500',
      'other_lines_minor 150',
      'voided_minor -3532',
      'voided_tax_minor -53',
      'voided_shipping_minor 0',
      'price_change_minor -100',
      'rounding_minor -1',
      'by_gift_card_minor -1000',
      'by_other_means_minor -2000',
      'test_minor 0',
      'uncaptured_minor 0',
      'stripe_minor 4173',
      'difference_minor -1',
    ],
  ]);
});
