import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { appendApiBatch } from '../../support/api-rows.ts';
import type { ApiEntry } from '../../support/api-rows.ts';
import { engineOn, openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';
import { orderRow, paymentRow } from '../../support/shop-rows.ts';
import { shopifyOrder, shopifyTransaction } from '../../support/shopify-rows.ts';
import {
  stripeBalanceTransaction,
  stripeCharge,
  stripeDispute,
  stripePayout,
  stripePayoutTransaction,
  stripeRefund,
} from '../../support/stripe-rows.ts';

/** What arrives together: rows of one source. */
type Arrival = { readonly shop: readonly LogEntry[] } | { readonly api: readonly ApiEntry[] };

const columns =
  'payment_ref, order_id, kind, status, amount_minor, cash_minor, fee_minor, net_minor, payout_id';

/** Stages and builds after every arrival, and in the end whole in parts of `sliceRows`; resolves to rows of fct_payments as texts. */
async function paymentsAfter(arrivals: readonly Arrival[], sliceRows?: number): Promise<string[]> {
  const { warehouse, transforms: usual } = await openTransforms();
  const transforms = sliceRows === undefined ? usual : await engineOn(warehouse, { sliceRows });
  try {
    let position = 0;
    for (const [index, arrival] of arrivals.entries()) {
      if ('api' in arrival) {
        await appendApiBatch(warehouse, { id: `api${index}`, part: index + 1, entries: arrival.api });
      } else {
        const entries = arrival.shop.map((entry, nth) => ({ ...entry, position: position + nth + 1 }));
        await appendBatch(warehouse, {
          id: `shop${index}`,
          from: position,
          to: position + entries.length,
          entries,
        });
        position += entries.length;
      }
      await transforms.stage();
      const { held } = await transforms.build();
      expect(held).toEqual([]);
    }
    if (sliceRows !== undefined) {
      const { held } = await transforms.build({ fullRefresh: true });
      expect(held).toEqual([]);
    }
    return await rowsOf(warehouse, `select ${columns} from marts.fct_payments order by payment_ref`);
  } finally {
    await warehouse.close();
  }
}

async function rowsOf(warehouse: DuckdbWarehouse, sql: string): Promise<string[]> {
  const rows = await warehouse.query(sql);
  return rows.map((row) => Object.values(row).map(String).join(' '));
}

const declined = {
  status: 'failed',
  paid: false,
  captured: false,
  amount_captured: 0,
  balance_transaction: null,
};

const payment = (
  id: number,
  order: number,
  kind: string,
  amount: string,
  more: Record<string, string> = {},
) => paymentRow(1, String(id), String(order), { kind, amount, processor_ref: `pi_${order}`, ...more });

const shop: readonly LogEntry[] = [
  ...[1, 2, 3, 4, 7, 8].map((order) => orderRow(1, String(order))),
  payment(11, 1, 'authorisation', '20.00'),
  payment(12, 1, 'capture', '20.00'),
  payment(13, 1, 'refund', '5.00'),
  payment(14, 1, 'refund', '3.00'),
  payment(21, 2, 'authorisation', '9.00', { status: 'failed' }),
  payment(31, 3, 'authorisation', '8.00'),
  payment(32, 3, 'void', '8.00'),
  payment(41, 4, 'capture', '7.00', { method: 'gift_card', processor_ref: 'gc_4' }),
  payment(71, 7, 'capture', '20.00'),
  payment(81, 8, 'capture', '20.00'),
];

const out = (amount: number, more: Readonly<Record<string, unknown>> = {}) => ({
  type: 'refund',
  reporting_category: 'refund',
  amount,
  fee: 0,
  net: amount,
  ...more,
});

const stripe: readonly ApiEntry[] = [
  stripeCharge(1, 'ch_1', { payment_intent: 'pi_1', metadata: { order_id: '1', payment_id: '11' } }),
  stripeBalanceTransaction(2, 'txn_ch_1', 'ch_1'),
  stripeRefund(3, 're_1', 'ch_1', {
    payment_intent: 'pi_1',
    amount: 500,
    metadata: { order_id: '1', payment_id: '13' },
  }),
  stripeBalanceTransaction(3, 'txn_re_1', 're_1', out(-500)),
  // made by hand at Stripe: it names nothing
  stripeRefund(4, 're_2', 'ch_1', { payment_intent: 'pi_1', amount: 300 }),
  stripeBalanceTransaction(4, 'txn_re_2', 're_2', out(-300)),
  stripeBalanceTransaction(8, 'txn_rf_2', 're_2', out(300, { reporting_category: 'refund_failure' })),
  stripeDispute(5, 'dp_1', 'ch_1', { payment_intent: 'pi_1', metadata: {} }),
  stripeBalanceTransaction(5, 'txn_dp_1', 'dp_1', {
    ...out(-2000, { fee: 1500, net: -3500 }),
    type: 'adjustment',
    reporting_category: 'dispute',
  }),
  stripeBalanceTransaction(6, 'txn_dw_1', 'dp_1', {
    ...out(2000, { fee: -1500, net: 3500 }),
    type: 'adjustment',
    reporting_category: 'dispute_reversal',
  }),
  // an attempt that failed, then one that is known to the shop as failed, then one that was voided
  stripeCharge(1, 'ch_1a', { payment_intent: 'pi_1', ...declined, metadata: { order_id: '1' } }),
  stripeCharge(1, 'ch_2', { payment_intent: 'pi_2', ...declined, metadata: { order_id: '2' } }),
  stripeCharge(1, 'ch_3', {
    payment_intent: 'pi_3',
    captured: false,
    amount_captured: 0,
    metadata: { order_id: '3' },
  }),
  // metadata name another order than the payment intent's: the payment intent is right
  stripeCharge(1, 'ch_7', { payment_intent: 'pi_7', metadata: { order_id: '2' } }),
  stripeBalanceTransaction(2, 'txn_ch_7', 'ch_7'),
  // nothing but the charge's payment intent says whose they are
  stripeCharge(1, 'ch_8', { payment_intent: 'pi_8' }),
  stripeBalanceTransaction(2, 'txn_ch_8', 'ch_8'),
  stripeRefund(3, 're_8', 'ch_8', { amount: 100 }),
  stripeBalanceTransaction(3, 'txn_re_8', 're_8', out(-100)),
  stripeDispute(5, 'dp_8', 'ch_8'),
  stripeBalanceTransaction(5, 'txn_dp_8', 'dp_8', { ...out(-500), reporting_category: 'dispute' }),
  // nothing of it is known to the shop
  stripeCharge(1, 'ch_9', { payment_intent: 'pi_9' }),
  stripeBalanceTransaction(2, 'txn_ch_9', 'ch_9'),
  stripeRefund(3, 're_9', 'ch_9', { payment_intent: 'pi_9', amount: 100 }),
  stripeBalanceTransaction(3, 'txn_re_9', 're_9', out(-100)),
  stripeBalanceTransaction(7, 'txn_fee', 'nothing', {
    ...out(-25),
    type: 'stripe_fee',
    reporting_category: 'fee',
  }),
  stripePayout(9, 'po_1'),
  stripePayoutTransaction(9, 'txn_ch_1', 'po_1'),
];

const shopify: readonly ApiEntry[] = [
  shopifyOrder(1, 50_000_000_001),
  shopifyTransaction(1, 50_000_000_002, 50_000_000_001),
  shopifyTransaction(2, 50_000_000_003, 50_000_000_001, { kind: 'REFUND', gateway: 'gift_card' }),
  // the shop's own, as Shopify shows it
  shopifyTransaction(1, 12, 1, { kind: 'CAPTURE' }),
];

const expected = [
  'shop:11 1 authorisation succeeded 2000 0 null null null',
  'shop:12 1 capture succeeded 2000 2000 88 1912 po_1',
  'shop:13 1 refund succeeded 500 -500 0 -500 null',
  'shop:14 1 refund succeeded 300 -300 0 -300 null',
  'shop:21 2 authorisation failed 900 0 null null null',
  'shop:31 3 authorisation succeeded 800 0 null null null',
  'shop:32 3 void succeeded 800 0 null null null',
  'shop:41 4 capture succeeded 700 700 null null null',
  'shop:71 7 capture succeeded 2000 2000 88 1912 null',
  'shop:81 8 capture succeeded 2000 2000 88 1912 null',
  'shopify:50000000002 50000000001 capture succeeded 2000 2000 null null null',
  'shopify:50000000003 50000000001 refund succeeded 2000 -2000 null null null',
  'stripe:ch_1a 1 authorisation failed 2000 0 null null null',
  'stripe:txn_ch_1:fee 1 fee succeeded 88 -88 null null po_1',
  'stripe:txn_ch_7:fee 7 fee succeeded 88 -88 null null null',
  'stripe:txn_ch_8:fee 8 fee succeeded 88 -88 null null null',
  'stripe:txn_ch_9 null capture succeeded 2000 2000 88 1912 null',
  'stripe:txn_ch_9:fee null fee succeeded 88 -88 null null null',
  'stripe:txn_dp_1 1 dispute succeeded 2000 -2000 1500 -3500 null',
  'stripe:txn_dp_1:fee 1 fee succeeded 1500 -1500 null null null',
  'stripe:txn_dp_8 8 dispute succeeded 500 -500 0 -500 null',
  'stripe:txn_dw_1 1 dispute_reversal succeeded 2000 2000 -1500 3500 null',
  'stripe:txn_dw_1:fee 1 fee succeeded -1500 1500 null null null',
  'stripe:txn_fee null fee succeeded 25 -25 0 -25 null',
  'stripe:txn_re_8 8 refund succeeded 100 -100 0 -100 null',
  'stripe:txn_re_9 null refund succeeded 100 -100 0 -100 null',
  'stripe:txn_rf_2 1 refund_failure succeeded 300 300 0 300 null',
];

describe('payments of the shop, of Shopify and at Stripe', () => {
  test('are one row each, whichever source was read first', async () => {
    expect(await paymentsAfter([{ shop }, { api: stripe }, { api: shopify }])).toEqual(expected);
    expect(await paymentsAfter([{ api: shopify }, { api: stripe }, { shop }])).toEqual(expected);
  });

  test('are one row each in a build in parts, where an object and its own group are of different parts', async () => {
    const own = expected.filter((row) => !row.startsWith('shopify:'));
    expect(await paymentsAfter([{ shop }, { api: stripe }], 2)).toEqual(own);
  });

  test('with one payment intent on two orders have what Stripe says once, with the first order', async () => {
    const orders = (['1', '2'] as const).map((order) => ({
      shop: [
        orderRow(1, order),
        payment(Number(`${order}2`), Number(order), 'capture', '20.00', { processor_ref: 'pi_1' }),
      ],
    }));
    const [first, second] = orders;
    const charged = {
      api: [
        stripeCharge(1, 'ch_1', { payment_intent: 'pi_1', metadata: { order_id: '2' } }),
        stripeBalanceTransaction(2, 'txn_ch_1', 'ch_1'),
        stripeDispute(5, 'dp_1', 'ch_1', { payment_intent: 'pi_1', metadata: {} }),
        stripeBalanceTransaction(5, 'txn_dp_1', 'dp_1', {
          ...out(-2000),
          reporting_category: 'dispute',
        }),
      ],
    };
    const once = [
      'shop:12 1 capture succeeded 2000 2000 88 1912 null',
      'shop:22 2 capture succeeded 2000 2000 null null null',
      'stripe:txn_ch_1:fee 1 fee succeeded 88 -88 null null null',
      'stripe:txn_dp_1 1 dispute succeeded 2000 -2000 0 -2000 null',
    ];
    if (first === undefined || second === undefined) throw new RangeError('two orders');
    expect(await paymentsAfter([first, charged, second])).toEqual(once);
    expect(await paymentsAfter([second, charged, first])).toEqual(once);
  });

  test('end as the same rows after any order and split of arrivals', async () => {
    const parts: Array<{ readonly shop?: LogEntry; readonly api?: ApiEntry }> = [
      ...shop.map((entry) => ({ shop: entry })),
      ...stripe.map((entry) => ({ api: entry })),
      ...shopify.map((entry) => ({ api: entry })),
    ];
    const shuffles = fc.shuffledSubarray(parts, { minLength: parts.length });
    await fc.assert(
      fc.asyncProperty(shuffles, fc.integer({ min: 9, max: 15 }), async (shuffled, size) => {
        const arrivals: Arrival[] = [];
        for (let from = 0; from < shuffled.length; from += size) {
          const slice = shuffled.slice(from, from + size);
          const rows = slice.flatMap((each) => each.shop ?? []);
          const objects = slice.flatMap((each) => each.api ?? []);
          if (rows.length > 0) arrivals.push({ shop: rows });
          for (const source of ['stripe', 'shopify'] as const) {
            const api = objects.filter((each) => each.source === source);
            if (api.length > 0) arrivals.push({ api });
          }
        }
        expect(await paymentsAfter(arrivals)).toEqual(expected);
      }),
      { numRuns: 1, endOnFailure: true },
    );
  });
});
