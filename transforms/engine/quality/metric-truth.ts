import type { TruthPeriod } from './truth-days.ts';

/** What R9 compares a governed metric with. */
export interface MetricTruth {
  readonly metric: string;
  /** The mart that it is told from. */
  readonly mart: string;
  /** Columns of truthSql that it is made of, as a whole number of 10^-digits; undefined where there is nothing to say. */
  readonly of: (sums: Sums) => bigint | undefined;
  /** Decimals of the number: those of its currency's minor unit, or as many as said. */
  readonly digits: 'currency' | number;
  /** Of which days it is, where not of its own. */
  readonly period?: TruthPeriod;
}

/** Whole numbers of the metric's days and of one currency, by column. */
export type Sums = (column: string) => bigint;

type Of = MetricTruth['of'];

const money =
  (mart: string) =>
  (metric: string, of: Of): MetricTruth => ({ metric, mart, of, digits: 'currency' });
const events = money('fct_order_events');
const dollars = (metric: string, of: Of): MetricTruth => ({
  metric,
  mart: 'fct_order_events',
  of,
  digits: 2,
});
const counted = (metric: string, mart: string, of: Of = (sum) => sum(metric)): MetricTruth => ({
  metric,
  mart,
  of,
  digits: 0,
});
/** Numerator over denominator with so many decimals. */
const divided = (
  metric: string,
  mart: string,
  digits: number,
  [above, below]: readonly [(sums: Sums) => bigint, (sums: Sums) => bigint],
): MetricTruth => ({
  metric,
  mart,
  of: (sum) => average(above(sum) * 10n ** BigInt(digits), below(sum)),
  digits,
});
const during = (period: TruthPeriod, truth: MetricTruth): MetricTruth => ({
  ...truth,
  metric: period === 'to_date' ? truth.metric : `${truth.metric}_${period}`,
  period,
});
const column =
  (name: string, times = 1n) =>
  (sum: Sums): bigint =>
    sum(name) * times;

const netRevenue = (sum: Sums): bigint =>
  sum('sale') + sum('void') + sum('cancellation') + sum('discount') + sum('refund');
const grossSales = (sum: Sums): bigint => sum('sale') + sum('void');
const tax = (sum: Sums): bigint => sum('tax') + sum('refund_tax');
const shipping = (sum: Sums): bigint => sum('shipping') + sum('refund_shipping');
const totalSales = (sum: Sums): bigint => netRevenue(sum) + tax(sum) + shipping(sum) + sum('duty');
const refunds = (sum: Sums): bigint =>
  -sum('refund') -
  sum('refund_tax') -
  sum('refund_shipping') -
  sum('gift_card_refund_discount') -
  sum('gift_card_refund') -
  sum('refund_other');
/** The same, of the amounts in the reporting currency. */
const reporting =
  (of: (sums: Sums) => bigint) =>
  (sum: Sums): bigint =>
    of((name) => sum(`reporting_${name}`));

const gmv = events('gmv', (sum) => sum('sale'));
const revenue = events('net_revenue', netRevenue);
const orders = counted('orders', 'fct_orders');

/** The definitions of docs and design, said a second time: by hand, and in plain SQL over the marts. */
export const metricTruths: readonly MetricTruth[] = [
  gmv,
  events('gross_sales', grossSales),
  revenue,
  events('total_sales', totalSales),
  events('tax', tax),
  events('shipping', shipping),
  events('refunds', refunds),
  events('gift_card_discounts', (sum) => -sum('gift_card_discount') - sum('gift_card_refund_discount')),
  events('gift_card_sales', (sum) => sum('gift_card') + sum('gift_card_refund')),
  events('discounts', (sum) => -sum('discount')),
  events('cancellations', (sum) => -sum('void') - sum('cancellation')),
  events('returns', (sum) => -sum('refund')),
  events('chargebacks', (sum) => -sum('chargeback')),
  events('aov', (sum) => average(sum('sale'), sum('sold_orders'))),
  divided('refund_rate', 'fct_order_events', 4, [(sum) => -sum('refund'), grossSales]),
  counted('sold_units', 'fct_order_events'),
  counted('returned_units', 'fct_order_events'),
  dollars('reporting_gmv', (sum) => sum('reporting_sale')),
  dollars('reporting_net_revenue', reporting(netRevenue)),
  dollars('reporting_total_sales', reporting(totalSales)),
  dollars('reporting_refunds', reporting(refunds)),
  dollars('reporting_fx_difference', (sum) => sum('reporting_refund_fx')),
  counted('unrated_events', 'fct_order_events'),
  during('previous_month', gmv),
  during('previous_year', gmv),
  during('trailing_28_days', gmv),
  during('previous_month', revenue),
  during('previous_year', revenue),
  during('trailing_28_days', revenue),
  orders,
  during('previous_year', orders),
  during('trailing_28_days', orders),
  counted('fulfilled_orders', 'fct_orders'),
  counted('partly_fulfilled_orders', 'fct_orders'),
  counted('customers', 'fct_orders'),
  counted('cancelled_orders', 'fct_orders'),
  divided('cancellation_rate', 'fct_orders', 4, [column('cancelled_orders'), column('orders')]),
  counted('refunded_orders', 'fct_orders'),
  divided('refunded_order_rate', 'fct_orders', 4, [column('refunded_orders'), column('orders')]),
  counted('sent_orders', 'fct_orders'),
  divided('time_to_ship', 'fct_orders', 2, [column('ship_seconds'), column('sent_orders', 3600n)]),
  counted('delivered_orders', 'fct_orders'),
  divided('time_to_deliver', 'fct_orders', 2, [column('deliver_seconds'), column('delivered_orders', 3600n)]),
  counted('active_customers', 'fct_orders'),
  counted('new_customers', 'fct_orders'),
  counted('returning_customers', 'fct_orders'),
  divided('repeat_rate', 'fct_orders', 4, [column('returning_customers'), column('active_customers')]),
  money('fct_orders')('spend_per_customer', (sum) =>
    average(sum('known_gross_minor'), sum('active_customers')),
  ),
  counted('order_lines', 'fct_order_lines'),
  money('fct_order_lines')('marketplace_sales', column('seller_net_minor')),
  money('fct_order_lines')('commission', column('commission_minor')),
  divided('take_rate', 'fct_order_lines', 4, [column('commission_minor'), column('seller_net_minor')]),
  counted('shipments', 'agg_carrier_daily'),
  counted('promised_deliveries', 'agg_carrier_daily'),
  counted('on_time_deliveries', 'agg_carrier_daily'),
  divided('on_time_rate', 'fct_shipments', 4, [column('on_time_deliveries'), column('promised_deliveries')]),
  money('fct_payments')('captured', column('captured_minor')),
  money('fct_payments')('cash_refunds', column('cash_refund_minor', -1n)),
  money('fct_payments')('processor_fees', column('fee_minor', -1n)),
  money('fct_payments')('net_cash', column('cash_minor')),
  counted('payouts', 'fct_payouts'),
  money('fct_payouts')('paid_out', column('paid_minor')),
  money('fct_payouts')('payout_difference', column('difference_minor')),
  counted('tickets', 'fct_support_tickets'),
  counted('solved_tickets', 'fct_support_tickets'),
  counted('first_replies', 'fct_support_tickets'),
  divided('first_response_time', 'fct_support_tickets', 2, [
    column('reply_minutes'),
    column('first_replies'),
  ]),
  counted('timed_solutions', 'fct_support_tickets'),
  divided('resolution_time', 'fct_support_tickets', 2, [
    column('solution_minutes'),
    column('timed_solutions', 60n),
  ]),
  counted('rated_tickets', 'fct_support_tickets'),
  divided('satisfaction_rate', 'fct_support_tickets', 4, [column('good_tickets'), column('rated_tickets')]),
  counted('closed_orders', 'agg_backlog_daily'),
  // what the balances of the marts hold for the days that they have, told by their movements
  during(
    'to_date',
    counted('backlog_orders', 'fct_orders', (sum) => sum('goods_orders') - sum('closed_orders')),
  ),
  during('to_date', counted('backlog_units', 'agg_backlog_moves_daily', column('backlog_units'))),
  during('to_date', counted('open_tickets', 'agg_support_moves_daily', column('open_tickets'))),
  during(
    'to_date',
    money('agg_gift_card_moves_daily')('gift_cards_outstanding', column('outstanding_minor')),
  ),
];

/** Rounded half up, in whole units; nothing where there is nothing to divide by. */
function average(sum: bigint, count: bigint): bigint | undefined {
  if (count === 0n) return undefined;
  const [twice, by] = [2n * sum + count, 2n * count];
  return (twice - (((twice % by) + by) % by)) / by;
}
