import { expect, test } from 'vitest';
import type { ApiEntry } from '../../support/api-rows.ts';
import { appendApiBatch } from '../../support/api-rows.ts';
import { openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';
import { lineRow, orderRow, paymentRow } from '../../support/shop-rows.ts';
import {
  stripeBalanceTransaction,
  stripeCharge,
  stripePayout,
  stripePayoutTransaction,
  stripeRefund,
} from '../../support/stripe-rows.ts';

// A shop and its account at Stripe that agree, and one difference at a time planted into it.

interface World {
  readonly shop: readonly LogEntry[];
  readonly stripe: readonly ApiEntry[];
}

const at = '2026-03-10 00:00:01+00';
const payment = (id: number, order: number, kind: string, amount: string): LogEntry =>
  paymentRow(1, String(id), String(order), { kind, amount, processor_ref: `pi_${order}`, created_at: at });

const agreeing: World = {
  shop: [
    orderRow(1, '1'),
    lineRow(1, '101', '1', { unit_price: '10.0000' }),
    orderRow(2, '2'),
    lineRow(1, '201', '2', { unit_price: '10.0000' }),
    payment(11, 1, 'authorisation', '20.00'),
    payment(12, 1, 'capture', '20.00'),
    payment(13, 1, 'refund', '10.00'),
    payment(21, 2, 'authorisation', '20.00'),
    payment(22, 2, 'capture', '20.00'),
  ],
  stripe: [
    stripeCharge(1, 'ch_1', { payment_intent: 'pi_1', metadata: { order_id: '1' } }),
    stripeBalanceTransaction(1, 'txn_ch_1', 'ch_1'),
    stripeCharge(1, 'ch_2', { payment_intent: 'pi_2', metadata: { order_id: '2' } }),
    stripeBalanceTransaction(1, 'txn_ch_2', 'ch_2'),
    stripeRefund(1, 're_1', 'ch_1', { payment_intent: 'pi_1', metadata: { payment_id: '13' } }),
    stripeBalanceTransaction(1, 'txn_re_1', 're_1', {
      type: 'refund',
      reporting_category: 'refund',
      amount: -1000,
      fee: 0,
      net: -1000,
    }),
    stripePayout(2, 'po_1', { amount: 912 }),
    stripePayoutTransaction(2, 'txn_ch_1', 'po_1'),
    stripePayoutTransaction(2, 'txn_re_1', 'po_1'),
  ],
};

const isOf = (id: string) => (entry: ApiEntry) => entry.data['id'] === id;

function without(...ids: readonly string[]): World {
  return {
    shop: agreeing.shop.filter(
      ({ data }) => !ids.includes(String(data['id'])) || data['order_number'] !== undefined,
    ),
    stripe: agreeing.stripe.filter((entry) => !ids.some((id) => isOf(id)(entry))),
  };
}

function changed(id: string, change: Readonly<Record<string, unknown>>): World {
  return {
    shop: agreeing.shop.map((entry) =>
      entry.table === 'payments' && entry.data['id'] === id
        ? { ...entry, data: { ...entry.data, ...(change as Record<string, string>) } }
        : entry,
    ),
    stripe: agreeing.stripe.map((entry) =>
      entry.data['id'] === id && entry.table !== 'payout_transactions'
        ? { ...entry, data: { ...entry.data, ...change } }
        : entry,
    ),
  };
}

/** Names of the reconciliations that find a difference, once both sources were read until some day. */
async function differing({ shop, stripe }: World, readUntil = '2026-03-20'): Promise<string[]> {
  const { warehouse, transforms } = await openTransforms();
  try {
    const entries = shop.map((entry, index) => ({ ...entry, position: index + 1 }));
    await appendBatch(warehouse, { id: 'shop', from: 0, to: entries.length, entries });
    await appendApiBatch(warehouse, { id: 'stripe', part: 1, entries: stripe });
    await warehouse.execute(
      `update _meta.loaded_batch set to_committed_at = timestamp '${readUntil} 00:00:00'`,
    );
    await transforms.stage();
    const { held, checks } = await transforms.build();
    expect(held).toEqual([]);
    return checks
      .filter(({ name, status }) => /^assert_r[1-7]_/.test(name) && status === 'warn')
      .map(({ name }) => name.slice('assert_'.length, 'assert_r1'.length))
      .toSorted();
  } finally {
    await warehouse.close();
  }
}

/** What it paid out was not read yet; its day is ten days back. */
const unlisted: World = {
  ...agreeing,
  stripe: agreeing.stripe.filter(({ table }) => table !== 'payout_transactions'),
};

const planted: ReadonlyArray<readonly [string, World, readonly string[]]> = [
  ['nothing', agreeing, []],
  ['a charge that Stripe does not know', without('ch_2', 'txn_ch_2'), ['r1', 'r7']],
  ['a payment that the shop does not know', without('21', '22'), ['r1', 'r7']],
  ['a capture of another amount', changed('22', { amount: '20.01' }), ['r2']],
  ['a refund of another amount', changed('13', { amount: '9.99' }), ['r3']],
  ['a refund that Stripe does not know', without('re_1', 'txn_re_1'), ['r3', 'r5']],
  ['a charge of another amount', changed('txn_ch_2', { net: 1913, amount: 2001 }), ['r2', 'r7']],
  ['a net that is not amount less fee', changed('txn_ch_2', { net: 1911, amount: 2000 }), ['r4', 'r6']],
  ['a payout that is off by one', changed('po_1', { amount: 913 }), ['r5']],
  ['a payout of days ago of which nothing is known', unlisted, []],
];

test.each(planted)(
  '%s is found by exactly the rules that compare it',
  async (_, world, rules) => {
    expect(await differing(world)).toEqual(rules);
  },
  240_000,
);

test('what is younger than the lag is not compared', async () => {
  expect(await differing(without('ch_2', 'txn_ch_2'), '2026-03-10')).toEqual([]);
});

test('a payout of which nothing is known is listed once no night reads it again, and Stripe is done with it', async () => {
  expect(await differing(unlisted, '2026-03-26')).toEqual(['r5']);
  const untold = unlisted.stripe.map((entry) =>
    entry.table === 'payouts'
      ? { ...entry, data: { ...entry.data, reconciliation_status: 'in_progress' } }
      : entry,
  );
  expect(await differing({ ...unlisted, stripe: untold }, '2026-03-26')).toEqual([]);
});
