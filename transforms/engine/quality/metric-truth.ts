import type { Dialect } from '../dialect/dialect.ts';
import { dateAdd } from '../dialect/dates.ts';

/** What R9 compares a governed metric with. */
export interface MetricTruth {
  readonly metric: string;
  /** The mart that it is told from. */
  readonly mart: string;
  /** Columns of {@link truthSql} that it is made of; money is in minor units. */
  readonly of: (sums: Sums) => bigint | undefined;
  readonly unit: 'money' | 'count';
}

/** Whole numbers of one day and currency, by column. */
export type Sums = (column: string) => bigint;

const events = (metric: string, of: MetricTruth['of']): MetricTruth => ({
  metric,
  mart: 'fct_order_events',
  of,
  unit: 'money',
});
const counted = (metric: string, mart: string): MetricTruth => ({
  metric,
  mart,
  of: (sum) => sum(metric),
  unit: 'count',
});

const netRevenue = (sum: Sums): bigint =>
  sum('sale') + sum('void') + sum('cancellation') + sum('discount') + sum('refund');
const tax = (sum: Sums): bigint => sum('tax') + sum('refund_tax');
const shipping = (sum: Sums): bigint => sum('shipping') + sum('refund_shipping');

/** The definitions of docs and design, said a second time: by hand, and in plain SQL over the marts. */
export const metricTruths: readonly MetricTruth[] = [
  events('gmv', (sum) => sum('sale')),
  events('gross_sales', (sum) => sum('sale') + sum('void')),
  events('net_revenue', netRevenue),
  events('total_sales', (sum) => netRevenue(sum) + tax(sum) + shipping(sum) + sum('duty')),
  events('tax', tax),
  events('shipping', shipping),
  events(
    'refunds',
    (sum) =>
      -sum('refund') -
      sum('refund_tax') -
      sum('refund_shipping') -
      sum('gift_card_refund_discount') -
      sum('refund_other'),
  ),
  events('gift_card_discounts', (sum) => -sum('gift_card_discount') - sum('gift_card_refund_discount')),
  events('discounts', (sum) => -sum('discount')),
  events('cancellations', (sum) => -sum('void') - sum('cancellation')),
  events('returns', (sum) => -sum('refund')),
  events('aov', (sum) => average(sum('sale'), sum('sold_orders'))),
  counted('orders', 'fct_orders'),
  counted('fulfilled_orders', 'fct_orders'),
  counted('partly_fulfilled_orders', 'fct_orders'),
  counted('customers', 'fct_orders'),
  counted('order_lines', 'fct_order_lines'),
];

/** Rounded half up, in whole units; nothing where there is nothing to divide by. */
function average(sum: bigint, count: bigint): bigint | undefined {
  if (count === 0n) return undefined;
  const [twice, by] = [2n * sum + count, 2n * count];
  return (twice - (((twice % by) + by) % by)) / by;
}

/**
 * One row a metric's column, business day and currency, with the digits of the currency's minor unit: every sum of
 * {@link metricTruths} for days from a date on, and up to the day after it was asked. Test orders count nowhere.
 */
export function truthSql(dialect: Dialect, from: string, to: string): string {
  const within = (day: string): string =>
    `${day} >= cast('${from}' as date) and ${day} < ${dateAdd('day', '1', `cast('${to}' as date)`, dialect)}`;
  const orders = (column: string, day: string, value: string, where: string): string =>
    `select '${column}' as column_name, ${day} as day, currency, cast(${value} as bigint) as total from marts.fct_orders
     where not is_test and ${where} and ${within(day)} group by ${day}, currency`;
  const parts = [
    `select ${typeColumn} as column_name, event_date as day, currency, cast(sum(amount_minor) as bigint) as total
     from marts.fct_order_events where not is_test and ${within('event_date')}
     group by ${typeColumn}, event_date, currency`,
    `select 'sold_orders', event_date, currency, count(distinct order_key) from marts.fct_order_events
     where not is_test and event_type = 'sale' and ${within('event_date')} group by event_date, currency`,
    orders('orders', 'order_date', 'count(*)', '1 = 1'),
    orders('fulfilled_orders', 'fulfilled_date', 'count(*)', 'is_fulfilled'),
    orders('partly_fulfilled_orders', 'order_date', 'count(*)', 'is_partly_fulfilled'),
    orders('customers', 'order_date', 'count(distinct customer_durable_key)', 'customer_durable_key <> -1'),
    `select 'order_lines', o.order_date, o.currency, count(*) from marts.fct_orders as o
     join marts.fct_order_lines as l on l.order_key = o.order_key
     where not o.is_test and not l.is_test and ${within('o.order_date')} group by o.order_date, o.currency`,
  ];
  return `select t.column_name, cast(t.day as varchar) as day, t.currency, cast(t.total as varchar) as total,
      coalesce(c.minor_digits, 2) as digits
    from (${parts.join('\nunion all\n')}) as t
    left join marts.dim_currency as c on c.currency = t.currency and not c.is_standing
    where t.column_name is not null`;
}

const typeColumn = `case
  when event_type in ('sale', 'void', 'cancellation', 'refund', 'refund_tax', 'refund_shipping', 'duty',
    'gift_card_refund_discount') then event_type
  when event_type in ('discount', 'void_discount', 'cancellation_discount') then 'discount'
  when event_type in ('tax', 'void_tax', 'cancellation_tax') then 'tax'
  when event_type in ('shipping', 'void_shipping', 'cancellation_shipping') then 'shipping'
  when event_type in ('gift_card_discount', 'gift_card_cancellation_discount') then 'gift_card_discount'
  when event_type in ('gift_card_refund', 'refund_fee', 'refund_adjustment', 'refund_cash') then 'refund_other' end`;
