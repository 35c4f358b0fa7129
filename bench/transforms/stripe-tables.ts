import { isCancelled, isRefunded, ordersIn } from './history-tables.ts';
import type { OrderTable } from './history-tables.ts';
import { draw, logColumns, oneOf } from './scale.ts';
import type { Scale } from './scale.ts';

// What Stripe has of the shop's payments by card: a charge each, what it moved, refunds, and one dispute in 500.

const currency = oneOf('k', 25, ['EUR', 'EUR', 'EUR', 'USD', 'GBP']);
const charged = `cast(2000 + ${draw('k', 41, 30_000)} as bigint)`;
const fee = `cast(30 + round(${charged} * 0.029) as bigint)`;
const paidAt = 'placed_at + interval 1 minute';
const refundedAt = 'placed_at + interval 9 day';
const disputedAt = 'placed_at + interval 12 day';
const isDisputed = `${draw('k', 42, 500)} = 0`;

/** A column as wide as the engine's key of the object's own group, which nothing of these orders is looked up by. */
const ownGroup = (id: string): string => `-cast(hash(${id}) >> 1 as bigint) as own_group_id`;

function byCard(scale: Scale, first: number, last: number): string {
  return `(select * from (${ordersIn(scale, first, last)})
    where not ${isCancelled('k')} and ${oneOf('k', 40, ['card', 'wallet', 'transfer'])} = 'card')`;
}

function moved(
  what: string,
  parts: { id: string; category: string; amount: string; fee: string; at: string },
): string {
  return `select 'txn_${what}_' || k as balance_transaction_id, ${parts.id} as source_id,
      '${parts.category}' as transaction_type, '${parts.category}' as reporting_category,
      ${parts.amount} as amount_minor, ${parts.fee} as fee_minor, ${parts.amount} - ${parts.fee} as net_minor,
      ${currency} as currency, 'available' as status, ${parts.at} as created_at,
      ${parts.at} + interval 2 day as available_at, ${ownGroup(parts.id)}, ${logColumns('k', parts.at)}`;
}

/** Staging rows of Stripe's tables that belong to orders. */
export const stripeTables: readonly OrderTable[] = [
  {
    model: 'stg_stripe__charges',
    times: ['created_at'],
    rows: (
      scale,
      first,
      last,
    ) => `select 'ch_' || k as charge_id, 'ch_' || md5(cast(k as varchar)) as payment_intent_id,
      'txn_ch_' || k as balance_transaction_id, k as order_id, 2 * k as payment_id, ${charged} as amount_minor,
      ${charged} as captured_minor, case when ${isRefunded('k')} then 1995 else 0 end as refunded_minor,
      ${currency} as currency, 'succeeded' as status, true as is_paid, true as is_captured,
      ${isDisputed} as is_disputed, 'visa' as card_brand, 'credit' as card_funding, 'DE' as card_country,
      ${paidAt} as created_at, ${ownGroup(`'ch_' || k`)}, ${logColumns('k', paidAt)} from ${byCard(scale, first, last)}`,
  },
  {
    model: 'stg_stripe__refunds',
    times: ['created_at'],
    rows: (scale, first, last) => `select 're_' || k as stripe_refund_id, 'ch_' || k as charge_id,
      'txn_re_' || k as balance_transaction_id, k as order_id, 2 * k + 1 as payment_id, k as refund_id,
      cast(1995 as bigint) as amount_minor, ${currency} as currency, 'succeeded' as status,
      ${refundedAt} as created_at, ${ownGroup(`'re_' || k`)}, ${logColumns('k', refundedAt)}
      from ${byCard(scale, first, last)} where ${isRefunded('k')}`,
  },
  {
    model: 'stg_stripe__disputes',
    times: ['created_at'],
    rows: (scale, first, last) => `select 'dp_' || k as dispute_id, 'ch_' || k as charge_id, k as order_id,
      ${charged} as amount_minor, ${currency} as currency, 'lost' as status, 'fraudulent' as reason,
      ${disputedAt} as created_at, ${ownGroup(`'dp_' || k`)}, ${logColumns('k', disputedAt)}
      from ${byCard(scale, first, last)} where ${isDisputed}`,
  },
  {
    model: 'stg_stripe__balance_transactions',
    times: ['created_at', 'available_at'],
    rows: (
      scale,
      first,
      last,
    ) => `${moved('ch', { id: `'ch_' || k`, category: 'charge', amount: charged, fee, at: paidAt })}
      from ${byCard(scale, first, last)}
      union all ${moved('re', { id: `'re_' || k`, category: 'refund', amount: 'cast(-1995 as bigint)', fee: '0', at: refundedAt })}
      from ${byCard(scale, first, last)} where ${isRefunded('k')}
      union all ${moved('dp', { id: `'dp_' || k`, category: 'dispute', amount: `-${charged}`, fee: '1500', at: disputedAt })}
      from ${byCard(scale, first, last)} where ${isDisputed}`,
  },
  {
    model: 'stg_stripe__payouts',
    times: ['created_at', 'arrival_at'],
    rows: (scale, first, last) => `select 'po_' || k as payout_id, 'txn_po_' || k as balance_transaction_id,
      cast(1000000 as bigint) as amount_minor, ${currency} as currency, 'paid' as status,
      'bank_account' as payout_type, 'standard' as method, true as is_automatic, 'completed' as reconciliation_status,
      placed_at as created_at, placed_at + interval 2 day as arrival_at, ${logColumns('k', 'placed_at')}
      from (${ordersIn(scale, first, last)}) where k % 1000 = 0`,
  },
];
