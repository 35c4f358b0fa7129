/**
 * The views as plain PostgreSQL views over plain tables, and the measures expanded by hand: what a person who knows the
 * definitions would write. Written apart from the model, which it is held against.
 */
export const twinViews = `
create function money(low text, high text, amount numeric) returns numeric language plpgsql immutable as $$
begin
  if low <> high then raise exception using errcode = '22000', message = 'mixed currencies'; end if;
  return amount;
end $$;
create function minor(currency text) returns numeric language sql immutable as
  $$ select case when currency = 'JPY' then 1 else 0.01 end $$;
create function half_up(part numeric, whole numeric, unit numeric) returns numeric language sql immutable as
  $$ select div(2 * part + whole, 2 * nullif(whole, 0)) * unit $$;

create view finance as
select e.event_date::timestamp as event_date, e.order_date::timestamp as order_date, e.event_type,
  e.order_id::numeric as order_id, e.channel, e.country, e.currency,
  e.event_type in ('sale', 'refund') as sales_and_returns,
  c.segment, p.category, p.sku, p.title as product_title, p.seller_name as seller,
  e.order_key as "_order", minor(e.currency) * e.amount_minor as "_amount", e.amount_minor as "_minor",
  e.quantity as "_quantity", e.reporting_minor as "_reporting",
  case when e.event_type = 'sale' then minor(e.currency) * e.amount_minor else 0 end as gmv,
  case when e.event_type = 'refund' then -minor(e.currency) * e.amount_minor else 0 end as returns,
  case when e.event_type = 'sale' then e.quantity end as sold_units
from marts.fct_order_events e
left join marts.dim_customer c on c.customer_key = e.customer_key
left join marts.dim_product p on p.product_key = e.product_key
where not e.is_test;

create view operations as
select o.order_date::timestamp as order_date, o.fulfilled_date::timestamp as fulfilled_date, o.order_status,
  o.order_id::numeric as order_id, o.channel, o.country, o.currency,
  (o.cancelled_at is not null or o.order_status = 'cancelled') as cancelled, o.is_fulfilled as fulfilled,
  o.closed_date is null as waiting, c.segment,
  o.order_key as "_order", null::text as "_line", o.customer_durable_key as "_customer",
  o.is_partly_fulfilled as "_partly", o.first_refund_at is not null as "_refunded", o.hours_to_ship as "_ship"
from marts.fct_orders o
left join marts.dim_customer c on c.customer_key = o.customer_key
where not o.is_test;

create view operations_by_line as
select o.*, l.line_kind, p.category, l.order_line_key as "_own_line"
from operations o
left join marts.fct_order_lines l on l.order_key = o."_order" and not l.is_test
left join marts.dim_product p on p.product_key = l.product_key;

create view support as
select t.created_date::timestamp as created_date, t.first_reply_date::timestamp as first_reply_date,
  t.solved_date::timestamp as solved_date, t.ticket_id::numeric as ticket_id, t.topic, t.priority, t.via_channel,
  t.status as ticket_status, t.solved_at is null as unsolved, c.segment,
  t.first_reply_minutes as "_reply", t.satisfaction_score as "_score", t.solved_at is not null as "_solved"
from marts.fct_support_tickets t
left join marts.dim_customer c on c.customer_key = t.customer_key
where not t.is_deleted;

create view bank as
select arrival_date::timestamp as arrival_date, payout_id, status, currency, status = 'paid' as paid,
  minor(currency) * amount_minor as "_amount", minor(currency) * difference_minor as "_difference"
from marts.fct_payouts;

create view shipping_performance as
select shipped_date::timestamp as shipped_date, order_date::timestamp as order_date, shipment_id::numeric as shipment_id,
  carrier, status, channel, country, currency, is_late as late,
  delivered_at is not null and promised_at is not null as "_promised"
from marts.fct_shipments
where not is_test and status in ('shipped', 'delivered', 'returned') and shipped_date is not null;
`;

const amounts: Readonly<Record<string, string>> = {
  gmv: '"gmv" where true',
  gross_sales: `"_amount" where event_type in ('sale', 'void')`,
  net_revenue: `"_amount" where event_type in ('sale', 'void', 'cancellation', 'discount', 'void_discount', 'cancellation_discount', 'refund')`,
  tax: `"_amount" where event_type in ('tax', 'void_tax', 'cancellation_tax', 'refund_tax')`,
  returns: '"returns" where true',
  discounts: `-"_amount" where event_type in ('discount', 'void_discount', 'cancellation_discount')`,
  paid_out: `"_amount" where status = 'paid'`,
  payout_difference: `"_difference" where true`,
};

/** What a measure is over the rows of a group; `@` stands before each column. */
const measures: Readonly<Record<string, string>> = {
  aov: `money(min(@currency), max(@currency), half_up(sum(@"_minor") filter (where @event_type = 'sale'), count(distinct @"_order") filter (where @event_type = 'sale'), 1) * minor(min(@currency)))`,
  refund_rate: `half_up(-10000 * coalesce(sum(@"_minor") filter (where @event_type = 'refund'), 0), sum(@"_minor") filter (where @event_type in ('sale', 'void')), 0.0001)`,
  sold_units: '(sum(@sold_units) filter (where true))::bigint',
  unrated_events: `count(*) filter (where @"_reporting" is null)`,
  reporting_gmv: `coalesce(sum(@"_reporting") filter (where @event_type = 'sale'), 0) * 0.01`,
  orders: `count(distinct @"_order")`,
  order_lines: `count(distinct @"_own_line")`,
  fulfilled_orders: `count(distinct @"_order") filter (where @fulfilled)`,
  partly_fulfilled_orders: `count(distinct @"_order") filter (where @"_partly")`,
  cancelled_orders: `count(distinct @"_order") filter (where @cancelled)`,
  refunded_orders: `count(distinct @"_order") filter (where @"_refunded")`,
  customers: `count(distinct @"_customer") filter (where @"_customer" <> -1)`,
  cancellation_rate: `half_up(10000 * count(distinct @"_order") filter (where @cancelled), count(distinct @"_order"), 0.0001)`,
  refunded_order_rate: `half_up(10000 * count(distinct @"_order") filter (where @"_refunded"), count(distinct @"_order"), 0.0001)`,
  tickets: `count(distinct @ticket_id)`,
  solved_tickets: `count(distinct @ticket_id) filter (where @"_solved")`,
  first_replies: `count(distinct @ticket_id) filter (where @"_reply" is not null)`,
  first_response_time: `half_up(100 * sum(@"_reply"), count(@"_reply"), 0.01)`,
  rated_tickets: `count(*) filter (where @"_score" in ('good', 'bad'))`,
  satisfaction_rate: `half_up(10000 * count(*) filter (where @"_score" = 'good'), count(*) filter (where @"_score" in ('good', 'bad')), 0.0001)`,
  payouts: `count(*)`,
  shipments: `count(*)`,
  promised_deliveries: `count(*) filter (where @"_promised")`,
  on_time_deliveries: `count(*) filter (where @"_promised" and not @late)`,
  on_time_rate: `half_up(10000 * count(*) filter (where @"_promised" and not @late), count(*) filter (where @"_promised"), 0.0001)`,
};

/** Measures that the twin knows, by view. */
export const twinMeasures: Readonly<Record<string, readonly string[]>> = {
  finance: [
    'gmv',
    'gross_sales',
    'net_revenue',
    'tax',
    'returns',
    'discounts',
    'aov',
    'refund_rate',
    'sold_units',
    'unrated_events',
    'reporting_gmv',
  ],
  operations: [
    'orders',
    'order_lines',
    'fulfilled_orders',
    'partly_fulfilled_orders',
    'cancelled_orders',
    'refunded_orders',
    'customers',
    'cancellation_rate',
    'refunded_order_rate',
  ],
  support: [
    'tickets',
    'solved_tickets',
    'first_replies',
    'first_response_time',
    'rated_tickets',
    'satisfaction_rate',
  ],
  bank: ['payouts', 'paid_out', 'payout_difference'],
  shipping_performance: ['shipments', 'promised_deliveries', 'on_time_deliveries', 'on_time_rate'],
};

const ofLines = /\b(?:category|line_kind|order_lines)\b/;

/** A query of ours as PostgreSQL can run it over the twin: measures written out, with FILTER where the query has one. */
export function twinQuery(query: string): string {
  const names = [...Object.keys(amounts), ...Object.keys(measures)].join('|');
  const call = new RegExp(
    // What is quoted on its own is a name or a text, such as "SUM(gmv)".
    `"[^"]*"|'[^']*'|\\b(measure|sum|count)\\(\\s*(?:distinct )?(?:((?:"?\\w+"?\\.)*)"?(${names})"?)\\s*\\)(\\s+filter\\s*\\(where ([^()]*(?:\\([^()]*\\)[^()]*)*)\\))?`,
    'gi',
  );
  const expanded = query.replaceAll(
    call,
    (all: string, how?: string, prefix = '', name = '', _filter?: string, condition?: string) =>
      how === undefined ? all : typed(how, name, expansion(name, prefix, condition)),
  );
  return ofLines.test(query)
    ? expanded.replaceAll(/\b(?:public\.)?"?operations"?(?=\s|$|\))(?!\s*\.)/g, 'operations_by_line')
    : expanded;
}

/** A sum of whole numbers is a numeric to PostgreSQL. */
function typed(how: string, name: string, sql: string): string {
  const isWhole = name in measures && /count\(|bigint/.test(sql) && !sql.startsWith('half_up');
  return how.toLowerCase() === 'sum' && isWhole ? `(${sql})::numeric` : sql;
}

function expansion(name: string, prefix: string, condition: string | undefined): string {
  const amount = amounts[name];
  if (amount !== undefined) {
    const [value = '', where = ''] = amount.split(' where ');
    const of = value.replace('"', `${prefix}"`);
    const both = `(${where.replaceAll(/\b(event_type|status)\b/g, `${prefix}$1`)})${condition === undefined ? '' : ` and (${condition})`}`;
    return `money(min(${prefix}currency), max(${prefix}currency), coalesce(sum(${of}) filter (where ${both}), 0))`;
  }
  const plain = (measures[name] ?? '').replaceAll('@', prefix);
  if (condition === undefined) return plain;
  return plain.includes('filter (where ')
    ? plain.replaceAll(
        /filter \(where ([^()]*(?:\([^()]*\)[^()]*)*)\)/g,
        `filter (where ($1) and (${condition}))`,
      )
    : plain.replace(/\)$/, `) filter (where ${condition})`);
}
