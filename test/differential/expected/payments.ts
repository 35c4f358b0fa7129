import { customerKeys } from './orders.ts';
import type { Dimensions } from './dimensions.ts';
import type { Payment, Sales } from './sales.ts';
import { dayOf, hashKey } from './values.ts';
import type { MartRow } from './values.ts';

const knownMethods = new Set([
  'card',
  'apple_pay',
  'google_pay',
  'link',
  'shopify_payments',
  'paypal',
  'gift_card',
  'manual',
  'cash',
  'bank_transfer',
]);

/** Payment transactions as the shops tell them; what is not read of Stripe is unknown. */
export function fctPayments(sales: Sales, dimensions: Dimensions): readonly MartRow[] {
  const keysOf = customerKeys(dimensions);
  const orders = new Map(sales.orders.map((order) => [order.id, order]));
  return sales.payments.map((payment) => {
    const order = orders.get(payment.orderId);
    const ref = `${payment.source}:${payment.id}`;
    return {
      payment_key: hashKey(ref),
      payment_ref: ref,
      source_system: payment.source,
      payment_id: payment.id,
      payment_group_id: payment.orderId,
      order_key: order === undefined ? -1n : hashKey(payment.orderId),
      order_id: payment.orderId,
      ...keysOf(order?.customerId ?? null, order?.placedAt ?? payment.at),
      kind: payment.kind,
      method: payment.method,
      payment_method_key: knownMethods.has(payment.method ?? '') ? hashKey(payment.method) : -1n,
      status: payment.status,
      channel: order?.channel ?? 'Unknown',
      currency: payment.currency,
      is_test: order?.isTest ?? false,
      amount_minor: payment.amount,
      cash_minor: cashOf(payment),
      fee_minor: null,
      net_minor: null,
      processor_charge_id: null,
      balance_transaction_id: null,
      payout_id: null,
      card_brand: null,
      card_country: null,
      created_at: payment.at,
      available_at: null,
      payment_date: dayOf(payment.at),
    };
  });
}

/** What really moved. */
function cashOf({ kind, status, amount }: Payment): bigint {
  if (status !== 'succeeded') return 0n;
  if (kind === 'capture') return amount;
  return kind === 'refund' ? -amount : 0n;
}
