/** A mistake in a file of the project, as a change of a model would bring it, and who finds it in the next small batch. */
export interface FaultyModel {
  /** What goes wrong. */
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly seenBy: Seen;
}

/**
 * by: a mart is held back by exactly these checks, and what is published is right. told: these warn, and the marts are
 * published with wrong rows; without any, it is seen by nothing but a comparison with what they should be.
 */
type Seen =
  | { readonly mart: string; readonly by: readonly string[] }
  | { readonly told: readonly string[]; readonly wrong: readonly string[] };

/** Marts that cannot be judged by themselves where another is held back: they are made from it, or refer to its rows. */
export const dependents: Readonly<Record<string, readonly string[]>> = {
  fct_order_lines: ['fct_orders', 'fct_order_events', 'fct_payments', 'fct_support_tickets'],
  fct_orders: ['fct_order_events', 'fct_payments', 'fct_support_tickets'],
  fct_order_events: ['agg_finance_daily', 'agg_gift_card_moves_daily'],
  fct_payments: ['agg_gift_card_moves_daily'],
};

/** Checks that hold back several marts: they are decided once those of one mart have held back what they find. */
export const overSeveral: ReadonlySet<string> = new Set([
  'assert_keys_are_of_their_ids',
  'assert_orders_equal_their_parts',
]);

const marts = 'models/marts';
const intermediate = 'models/intermediate';

export const faultyModels: readonly FaultyModel[] = [
  {
    name: 'orders that are not paid are lost by an inner join',
    file: `${marts}/fct_orders.sql`,
    from: 'left join captures as p',
    to: 'join captures as p',
    seenBy: { mart: 'fct_orders', by: ['assert_r8_orders_equal_staging'] },
  },
  {
    name: 'tickets about no order are lost by an inner join',
    file: `${marts}/fct_support_tickets.sql`,
    from: `left join (
  select order_id, order_key`,
    to: `join (
  select order_id, order_key`,
    seenBy: { mart: 'fct_support_tickets', by: ['no_fan_out_of_tickets'] },
  },
  {
    name: 'tickets with the topic where their priority belongs',
    file: `${marts}/fct_support_tickets.sql`,
    from: '  t.priority,',
    to: '  t.topic as priority,',
    seenBy: { mart: 'fct_support_tickets', by: ['assert_r8_tickets_equal_staging'] },
  },
  {
    name: 'voids of payments told as authorisations',
    file: `${intermediate}/int_payments.sql`,
    from: `  order_id,
  kind,`,
    to: `  order_id,
  case kind when 'void' then 'authorisation' else kind end as kind,`,
    seenBy: { mart: 'fct_payments', by: ['assert_r8_payments_equal_staging'] },
  },
  {
    name: 'a line once for every version of its product',
    file: `${marts}/fct_order_lines.sql`,
    from: "{{ asof_join(ref('dim_product'), 'p', 'p.product_id = l.product_id', 'l.placed_at') }}",
    to: "left join {{ ref('dim_product') }} as p on p.product_id = l.product_id",
    seenBy: {
      mart: 'fct_order_lines',
      by: [
        'assert_r8_lines_equal_staging',
        'assert_r8_shopify_lines_equal_staging',
        'unique_combination_of_columns_order_line_id',
        'unique_order_line_key',
      ],
    },
  },
  {
    name: 'an order once for every parcel',
    file: `${marts}/fct_orders.sql`,
    from: `  where status in ('shipped', 'delivered') and {{ touched('order_id') }}
  group by order_id
`,
    to: `  where status in ('shipped', 'delivered') and {{ touched('order_id') }}
  group by order_id, shipment_id
`,
    seenBy: {
      mart: 'fct_orders',
      by: ['assert_r8_orders_equal_staging', 'unique_combination_of_columns_order_id', 'unique_order_key'],
    },
  },
  {
    name: 'a storefront order that the shop has too, twice',
    file: `${intermediate}/int_shopify_orders.sql`,
    from: `      where o.order_id = s.order_id
`,
    to: `      where o.order_id = -s.order_id
`,
    seenBy: {
      mart: 'fct_orders',
      by: ['assert_r8_orders_equal_staging', 'unique_combination_of_columns_order_id', 'unique_order_key'],
    },
  },
  {
    name: 'a discount twice',
    file: `${marts}/fct_order_events.sql`,
    from: '0, -discount_minor, sold_at',
    to: '0, -2 * discount_minor, sold_at',
    seenBy: { mart: 'fct_order_events', by: ['assert_discount_and_tax_are_in_events'] },
  },
  {
    name: 'tax that comes from nowhere',
    file: `${marts}/fct_order_events.sql`,
    from: '0, tax_minor, sold_at',
    to: '0, tax_minor + 1, sold_at',
    seenBy: { mart: 'fct_order_events', by: ['assert_discount_and_tax_are_in_events'] },
  },
  {
    name: 'shipping that went back stays',
    file: `${marts}/fct_order_events.sql`,
    from: 'from refunds where shipping_minor <> 0',
    to: 'from refunds where shipping_minor < 0',
    seenBy: { mart: 'fct_order_events', by: ['assert_r8_refund_parts_equal_refunds'] },
  },
  {
    name: 'refunded lines are dropped',
    file: `${intermediate}/int_refund_lines__amounts.sql`,
    from: "select * from {{ ref('stg_shop__refund_lines') }} where",
    to: "select * from {{ ref('stg_shop__refund_lines') }} where quantity < 0 and",
    seenBy: { mart: 'fct_order_lines', by: ['assert_lines_equal_their_parts'] },
  },
  {
    name: 'refunds of the shop are dropped',
    file: `${intermediate}/int_refunds.sql`,
    from: `from {{ ref('stg_shop__refunds') }}
where`,
    to: `from {{ ref('stg_shop__refunds') }}
where amount < 0 and`,
    seenBy: {
      mart: 'fct_order_events',
      by: ['assert_r8_refund_parts_equal_refunds', 'assert_refund_fx_is_of_the_rates'],
    },
  },
  {
    name: 'refunded shipping with the sign of a sale',
    file: `${marts}/fct_order_events.sql`,
    from: '0, -shipping_minor, refunded_at',
    to: '0, shipping_minor, refunded_at',
    seenBy: { mart: 'fct_order_events', by: ['assert_r8_refund_parts_equal_refunds'] },
  },
  {
    name: 'what was cancelled with the sign of a sale',
    file: `${marts}/fct_order_events.sql`,
    from: '-quantity, -gross_minor, cancelled_at',
    to: '-quantity, gross_minor, cancelled_at',
    seenBy: { mart: 'fct_order_events', by: ['assert_r8_cancellations_equal_staging'] },
  },
  {
    name: 'cash that comes in where it went out',
    file: `${marts}/fct_payments.sql`,
    from: "when p.kind = 'refund' then -p.amount_minor",
    to: "when p.kind = 'refund' then p.amount_minor",
    seenBy: { mart: 'fct_payments', by: ['assert_r8_payments_equal_staging'] },
  },
  {
    name: 'events a day late',
    file: `${marts}/fct_order_events.sql`,
    from: "{{ business_date('e.event_at') }} as event_date",
    to: "{{ business_date('e.event_at') }} + 1 as event_date",
    seenBy: { mart: 'fct_order_events', by: ['assert_r8_refund_parts_equal_refunds', 'day_is_of_the_time'] },
  },
  {
    name: 'orders a day early',
    file: `${marts}/fct_orders.sql`,
    from: '  o.order_date,\n',
    to: '  o.order_date - 1 as order_date,\n',
    seenBy: { mart: 'fct_orders', by: ['assert_r8_orders_equal_staging', 'lags_and_days_are_of_the_times'] },
  },
  {
    name: 'payments a day late',
    file: `${marts}/fct_payments.sql`,
    from: "{{ business_date('t.created_at') }} as payment_date",
    to: "{{ business_date('t.created_at') }} + 1 as payment_date",
    seenBy: { mart: 'fct_payments', by: ['day_is_of_the_time'] },
  },
  {
    name: 'yen as if they had cents',
    file: `${intermediate}/int_order_lines__amounts.sql`,
    from: "{{ minor('l.quantity * l.unit_price', 'o.currency') }} as gross_minor",
    to: `{{ minor('l.quantity * l.unit_price', "'USD'") }} as gross_minor`,
    seenBy: { mart: 'fct_order_lines', by: ['assert_r8_lines_equal_staging'] },
  },
  {
    name: 'payments in yen as if they had cents',
    file: `${marts}/fct_payments.sql`,
    from: "{{ minor('p.amount', 'p.currency') }} as amount_minor",
    to: `{{ minor('p.amount', "'USD'") }} as amount_minor`,
    seenBy: { mart: 'fct_payments', by: ['assert_r8_payments_equal_staging'] },
  },
  {
    name: 'sales at the rate of another month',
    file: `${marts}/fct_order_events.sql`,
    from: "'x.currency = t.currency', 't.order_date'",
    to: `'x.currency = t.currency', "cast('2026-01-15' as date)"`,
    seenBy: { mart: 'fct_order_events', by: ['assert_events_are_at_the_rate_of_their_day'] },
  },
  {
    name: 'refunds valued at the rate of the sale alone',
    file: `${marts}/fct_order_events.sql`,
    from: 'd.event_date >= y.valid_from and d.event_date < y.valid_to',
    to: 'd.order_date >= y.valid_from and d.order_date < y.valid_to',
    seenBy: { mart: 'fct_order_events', by: ['assert_refund_fx_is_of_the_rates'] },
  },
  {
    name: 'test orders are let in',
    file: `${marts}/agg_finance_daily.sql`,
    from: 'where not is_test and',
    to: 'where',
    seenBy: { mart: 'agg_finance_daily', by: ['equals_events'] },
  },
  {
    name: 'test orders are orders like others',
    file: `${marts}/fct_orders.sql`,
    from: '  o.is_test,',
    to: '  false as is_test,',
    seenBy: { mart: 'fct_orders', by: ['assert_orders_are_as_their_source_says'] },
  },
  {
    name: 'gift cards are revenue',
    file: `${marts}/fct_order_events.sql`,
    from: "when 'gift_card' then 'gift_card_sale'",
    to: "when 'gift_card' then 'sale'",
    seenBy: { mart: 'fct_order_events', by: ['assert_r8_events_equal_lines'] },
  },
  {
    name: 'what is redeemed of gift cards raises what is owed',
    file: `${marts}/agg_gift_card_moves_daily.sql`,
    from: 'select payment_date, currency, 0, 0, cash_minor',
    to: 'select payment_date, currency, 0, 0, -cash_minor',
    seenBy: { mart: 'agg_gift_card_moves_daily', by: ['equals_facts'] },
  },
  {
    name: 'chargebacks are dropped',
    file: `${marts}/fct_order_events.sql`,
    from: "from {{ ref('int_order_chargebacks') }}",
    to: "from {{ ref('int_order_chargebacks') }} where 1 = 0",
    seenBy: { told: ['assert_chargebacks_are_in_events'], wrong: ['agg_finance_daily', 'fct_order_events'] },
  },
  {
    name: 'a parcel that changed late is left as it was',
    file: `${marts}/_fct_shipments.yml`,
    from: 'stg_shop__shipments: order_id',
    to: 'stg_shop__shipments: never',
    seenBy: { mart: 'fct_shipments', by: ['assert_r8_shipments_equal_staging'] },
  },
  {
    name: 'gift cards that were sold lower what is owed',
    file: `${marts}/fct_order_events.sql`,
    from: 'gross_minor as amount_minor, sold_at as event_at',
    to: "case kind when 'gift_card' then -gross_minor else gross_minor end as amount_minor, sold_at as event_at",
    seenBy: { mart: 'fct_order_events', by: ['assert_r8_events_equal_lines'] },
  },
  {
    name: 'gift cards that were sold are lost',
    file: `${marts}/fct_order_events.sql`,
    from: `  from lines
  union all
  -- a gift card is owed`,
    to: `  from lines where kind <> 'gift_card'
  union all
  -- a gift card is owed`,
    seenBy: { mart: 'fct_order_events', by: ['assert_r8_events_equal_lines'] },
  },
  {
    name: 'twice the units that were sold',
    file: `${marts}/fct_order_events.sql`,
    from: 'cast(quantity as bigint) as quantity, gross_minor',
    to: '2 * cast(quantity as bigint) as quantity, gross_minor',
    seenBy: { mart: 'fct_order_events', by: ['assert_r8_events_equal_lines'] },
  },
  {
    name: 'units that come back are sold once more',
    file: `${marts}/fct_order_events.sql`,
    from: '-l.quantity, case when kind',
    to: 'l.quantity, case when kind',
    seenBy: { mart: 'fct_order_events', by: ['assert_r8_refund_lines_equal_staging'] },
  },
  {
    name: 'what comes back is of no product',
    file: `${marts}/fct_order_events.sql`,
    from: 'case when l.order_line_id is null then -2 else coalesce(p.product_key, -1) end as product_key',
    to: '-2 as product_key',
    seenBy: { mart: 'fct_order_events', by: ['assert_keys_are_of_their_ids'] },
  },
  {
    name: 'cancellations before and after the capture are mixed up',
    file: `${marts}/fct_order_events.sql`,
    from: `      when before_capture then 'void'
`,
    to: `      when not before_capture then 'void'
`,
    seenBy: { mart: 'fct_order_events', by: ['assert_r8_cancellations_equal_staging'] },
  },
  {
    name: 'twice the shipping that was charged',
    file: `${marts}/fct_order_events.sql`,
    from: '0, shipping_minor, placed_at',
    to: '0, 2 * shipping_minor, placed_at',
    seenBy: { mart: 'fct_order_events', by: ['assert_orders_equal_their_parts'] },
  },
  {
    name: 'orders of one channel',
    file: `${marts}/fct_orders.sql`,
    from: '  o.channel,',
    to: "  'web' as channel,",
    seenBy: { mart: 'fct_orders', by: ['assert_orders_are_as_their_source_says'] },
  },
  {
    name: 'fees of the processor are lost',
    file: `${marts}/fct_payments.sql`,
    from: 'where fee_minor <> 0',
    to: 'where fee_minor < 0',
    seenBy: { mart: 'fct_payments', by: ['assert_fees_are_rows_of_their_own'] },
  },
  {
    name: 'disputes bring cash',
    file: `${marts}/fct_payments.sql`,
    from: 'processor_minor as cash_minor',
    to: '-processor_minor as cash_minor',
    seenBy: { mart: 'fct_payments', by: ['cash_is_what_moved'] },
  },
  {
    name: 'parcels that came back were never sent',
    file: `${intermediate}/int_shipments.sql`,
    from: "case when status = 'cancelled' and shipped_at is not null then 'returned' else status end as status",
    to: 'status',
    seenBy: { mart: 'fct_shipments', by: ['assert_r8_shipments_equal_staging'] },
  },
];
