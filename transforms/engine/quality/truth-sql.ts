import type { Dialect } from '../dialect/dialect.ts';
import { dateAdd } from '../dialect/dates.ts';
import { daysLater } from './truth-days.ts';

/** One sum a day, and a currency where its metrics have one. */
interface TruthSource {
  readonly from: string;
  readonly day: string;
  /** '' where the mart has none. */
  readonly currency: 'currency' | "''";
  /** Balances count all that ever happened. */
  readonly since?: 'ever';
  readonly columns: Readonly<Record<string, string>>;
}

const live = (mart: string): string => `(select * from marts.${mart} where not is_test) as f`;
const when = (condition: string, value: string): string => `sum(case when ${condition} then ${value} end)`;
const many = (condition: string): string => when(condition, '1');

const orders = live('fct_orders');
/** Orders of known persons with the number of their earlier ones. */
const known = `(select *, count(*) over (partition by person_key order by placed_at, order_key
    rows between unbounded preceding and 1 preceding) as earlier
  from marts.fct_orders where not is_test and person_key <> -1) as f`;
const tickets = '(select * from marts.fct_support_tickets where not is_deleted) as f';
const ofSellers = 'seller_key > 0 or seller_key < -2';
const kept = "status <> 'pending' and status <> 'cancelled'";
const promised = `${kept} and delivered_at is not null and promised_at is not null`;

const sources: readonly TruthSource[] = [
  {
    from: live('fct_order_events'),
    day: 'event_date',
    currency: 'currency',
    columns: {
      sold_orders: "count(distinct case when event_type = 'sale' then order_key end)",
      sold_units: when("event_type = 'sale'", 'quantity'),
      returned_units: when("event_type = 'refund'", '-quantity'),
      unrated_events: many('reporting_minor is null'),
    },
  },
  {
    from: orders,
    day: 'order_date',
    currency: 'currency',
    columns: {
      orders: 'count(*)',
      partly_fulfilled_orders: many('is_partly_fulfilled'),
      customers: 'count(distinct case when customer_durable_key <> -1 then customer_durable_key end)',
      cancelled_orders: many("cancelled_at is not null or order_status = 'cancelled'"),
      refunded_orders: many('first_refund_at is not null'),
      sent_orders: 'count(hours_to_ship)',
      ship_seconds: 'sum(cast(round(hours_to_ship * 3600) as bigint))',
      delivered_orders: 'count(hours_to_deliver)',
      deliver_seconds: 'sum(cast(round(hours_to_deliver * 3600) as bigint))',
    },
  },
  {
    from: orders,
    day: 'fulfilled_date',
    currency: 'currency',
    columns: { fulfilled_orders: many('is_fulfilled') },
  },
  {
    from: known,
    day: 'order_date',
    currency: 'currency',
    columns: {
      active_customers: 'count(distinct person_key)',
      new_customers: 'count(distinct case when earlier = 0 then person_key end)',
      returning_customers: 'count(distinct case when earlier > 0 then person_key end)',
      known_gross_minor: 'sum(gross_minor)',
    },
  },
  {
    from: live('fct_order_lines'),
    day: 'order_date',
    currency: 'currency',
    columns: {
      seller_net_minor: when(ofSellers, 'net_minor'),
      commission_minor: when(ofSellers, 'commission_minor'),
    },
  },
  {
    from: live('fct_shipments'),
    day: 'shipped_date',
    currency: 'currency',
    columns: {
      shipments: many(kept),
      promised_deliveries: many(promised),
      on_time_deliveries: many(`${kept} and delivered_at <= promised_at`),
    },
  },
  {
    from: live('fct_payments'),
    day: 'payment_date',
    currency: 'currency',
    columns: {
      captured_minor: when("kind = 'capture'", 'cash_minor'),
      cash_refund_minor: when("kind in ('refund', 'refund_failure')", 'cash_minor'),
      fee_minor: when("kind = 'fee'", 'amount_minor * -1'),
      cash_minor: 'sum(cash_minor)',
    },
  },
  {
    from: 'marts.fct_payouts',
    day: 'arrival_date',
    currency: 'currency',
    columns: {
      payouts: 'count(*)',
      paid_minor: when("status = 'paid'", 'amount_minor'),
      difference_minor: 'sum(amount_minor - transactions_net_minor)',
    },
  },
  {
    from: tickets,
    day: 'created_date',
    currency: "''",
    columns: {
      tickets: 'count(*)',
      rated_tickets: many("satisfaction_score = 'good' or satisfaction_score = 'bad'"),
      good_tickets: many("satisfaction_score = 'good'"),
    },
  },
  {
    from: tickets,
    day: 'first_reply_date',
    currency: "''",
    columns: { first_replies: 'count(first_reply_minutes)', reply_minutes: 'sum(first_reply_minutes)' },
  },
  {
    from: tickets,
    day: 'solved_date',
    currency: "''",
    columns: {
      solved_tickets: 'count(*)',
      timed_solutions: 'count(resolution_minutes)',
      solution_minutes: 'sum(resolution_minutes)',
    },
  },
  // An order without goods waits for nothing: it is in no backlog.
  {
    from: orders,
    day: 'order_date',
    currency: "''",
    since: 'ever',
    columns: { goods_orders: many('ordered_quantity > 0') },
  },
  {
    from: orders,
    day: 'closed_date',
    currency: "''",
    since: 'ever',
    columns: { closed_orders: many('ordered_quantity > 0') },
  },
  {
    from: 'marts.agg_backlog_moves_daily',
    day: 'move_date',
    currency: "''",
    since: 'ever',
    columns: { backlog_units: 'sum(opened_units - closed_units)' },
  },
  {
    from: 'marts.agg_support_moves_daily',
    day: 'move_date',
    currency: "''",
    since: 'ever',
    columns: { open_tickets: 'sum(opened_tickets - solved_tickets - deleted_tickets)' },
  },
  {
    from: 'marts.agg_gift_card_moves_daily',
    day: 'move_date',
    currency: 'currency',
    since: 'ever',
    columns: { outstanding_minor: 'sum(sold_minor - cancelled_minor - redeemed_minor)' },
  },
];

/** Days back that a metric of a month ago, or of 28 days, looks; and around a year ago. */
const monthBack = 62;
const yearBack = [367, 364] as const;

/**
 * One row a metric's column, business day and currency, with the digits of the currency's minor unit: every sum of
 * metricTruths for days from a date on up to the day that was asked, and for those that the metrics of other periods look
 * back to. Test orders count nowhere.
 */
export function truthSql(dialect: Dialect, from: string, to: string): string {
  const date = (day: string): string => `cast('${day}' as date)`;
  const within = (day: string, since?: 'ever'): string => {
    const until = `${day} < ${dateAdd('day', '1', date(to), dialect)}`;
    if (since === 'ever') return until;
    const aYearAgo = `${day} >= ${date(daysLater(from, -yearBack[0]))} and ${day} <= ${date(daysLater(to, -yearBack[1]))}`;
    return `(${day} >= ${date(daysLater(from, -monthBack))} and ${until} or ${aYearAgo})`;
  };
  const eventAmounts = (prefix: string, amount: string): string =>
    `select '${prefix}' || ${typeColumn} as column_name, event_date as day, currency, cast(sum(${amount}) as bigint) as total
     from marts.fct_order_events where not is_test and ${within('event_date')}
     group by ${typeColumn}, event_date, currency`;
  const parts = [
    eventAmounts('', 'amount_minor'),
    eventAmounts('reporting_', 'reporting_minor'),
    ...sources.flatMap(({ from: table, day, currency, since, columns }) =>
      Object.entries(columns).map(
        ([column, value]) =>
          `select '${column}', ${day}, ${currency}, cast(${value} as bigint) from ${table} where ${within(day, since)}
           group by ${currency === 'currency' ? `${day}, currency` : day}`,
      ),
    ),
    `select 'order_lines', o.order_date, o.currency, count(*) from marts.fct_orders as o
     join marts.fct_order_lines as l on l.order_key = o.order_key
     where not o.is_test and not l.is_test and ${within('o.order_date')} group by o.order_date, o.currency`,
  ];
  return `select t.column_name, cast(t.day as varchar) as day, t.currency, cast(t.total as varchar) as total,
      coalesce(c.minor_digits, 2) as digits
    from (${parts.join('\nunion all\n')}) as t
    left join marts.dim_currency as c on c.currency = t.currency and not c.is_standing
    where t.column_name is not null and t.total is not null and t.day is not null`;
}

const typeColumn = `case
  when event_type in ('sale', 'void', 'cancellation', 'refund', 'refund_tax', 'refund_shipping', 'duty', 'refund_fx',
    'gift_card_refund', 'gift_card_refund_discount') then event_type
  when event_type in ('discount', 'void_discount', 'cancellation_discount') then 'discount'
  when event_type in ('tax', 'void_tax', 'cancellation_tax') then 'tax'
  when event_type in ('shipping', 'void_shipping', 'cancellation_shipping') then 'shipping'
  when event_type in ('gift_card_discount', 'gift_card_cancellation_discount') then 'gift_card_discount'
  when event_type in ('gift_card_sale', 'gift_card_cancellation') then 'gift_card'
  when event_type in ('chargeback', 'chargeback_reversal') then 'chargeback'
  when event_type in ('refund_fee', 'refund_adjustment', 'refund_cash') then 'refund_other' end`;
