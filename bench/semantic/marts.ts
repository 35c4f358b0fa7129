import type { DuckDBConnection } from '@duckdb/node-api';

/** The last day that has sales; publications add to it. */
export const lastDay = '2026-06-30';
const days = 730;

/** Of the marts, what the metric model's rollups and this load read, with the columns and types of the real ones. */
const tables = (lines: number): readonly string[] => {
  const orders = Math.round(lines / 2.4);
  const customers = Math.max(1_000, Math.round(orders / 5));
  const day = (n: string): string => `cast(date '${lastDay}' - cast(${n} % ${days} as integer) as date)`;
  const pick = (n: string, values: readonly string[]): string =>
    `[${values.map((each) => `'${each}'`).join(', ')}][1 + ${n} % ${values.length}]`;
  const channel = (n: string): string => pick(`(${n} // 3)`, ['web', 'app', 'shopify', 'partner']);
  const country = (n: string): string => pick(n, ['DE', 'FR', 'AT', 'NL', 'IT', 'ES', 'PL', 'SE']);
  const currency = (n: string): string => pick(n, ['EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'PLN', 'SEK']);
  return [
    'create schema marts',
    `create table marts.dim_customer as select 'c' || n as customer_key, n as customer_durable_key,
       ${pick('n', ['consumer', 'business', 'vip'])} as segment, ${country('n')} as country, true as is_current
     from range(${customers}) t(n)`,
    `create table marts.dim_product as select 'p' || n as product_key, 'SKU-' || n as sku, 'Product ' || n as title,
       ${pick('n', ['home', 'books', 'toys', 'garden', 'food', 'sport', 'beauty', 'music', 'office', 'pets', 'auto', 'baby'])}
         as category, 'Seller ' || (n % 500) as seller_name, ${country('n')} as seller_country, 'goods' as kind,
       true as is_current
     from range(20000) t(n)`,
    `create table marts.dim_seller as select n as seller_key, 'Seller ' || n as seller_name, ${country('n')} as country
     from range(500) t(n)`,
    `create table marts.dim_payment_method as select n as payment_method_key,
       ${pick('n', ['Card', 'Transfer', 'Wallet'])} as method_name, 'stripe' as processor from range(3) t(n)`,
    // Two events a line: the sale, and one of what follows. In the order of days, as publications have written them.
    `create table marts.fct_order_events as
     select 'e' || n || '-' || k as order_event_key,
       case when k = 0 then 'sale' else ${pick('n', ['tax', 'shipping', 'discount', 'refund'])} end as event_type,
       'o' || (n * 5 // 12) as order_key, n * 5 // 12 as order_id, 'l' || n as order_line_key,
       'c' || (n % ${customers}) as customer_key, 'p' || (n % 20000) as product_key,
       ${channel('n')} as channel, ${country('n')} as country, ${currency('n')} as currency, false as is_test,
       cast(case k when 0 then 1 else 0 end as bigint) as quantity,
       cast(case when k = 0 then 1000 + n % 9000 when n % 4 > 1 then -100 - n % 400 else 200 end as bigint) as amount_minor,
       ${day(`(${lines} - 1 - n) * ${days} // ${lines}`)} as event_date,
       ${day(`(${lines} - 1 - n) * ${days} // ${lines}`)} as order_date,
       cast(case when k = 0 then 1000 + n % 9000 when n % 4 > 1 then -100 - n % 400 else 200 end as bigint) as reporting_minor
     from range(${lines}) t(n), range(2) u(k) order by n`,
    `create table marts.fct_orders as
     select 'o' || n as order_key, n as order_id, 'c' || (n % ${customers}) as customer_key,
       n % ${customers} as customer_durable_key, n % ${customers} as person_key, ${channel('n')} as channel,
       ${country('n')} as country, ${currency('n')} as currency, false as is_test,
       ${pick('n', ['delivered', 'shipped', 'placed', 'cancelled'])} as order_status,
       cast(d as timestamp) as placed_at, d as order_date, case when n % 4 < 2 then d + 2 end as fulfilled_date,
       n % 4 < 2 as is_fulfilled, false as is_partly_fulfilled,
       case when n % 4 = 3 then cast(d as timestamp) end as cancelled_at, cast(null as timestamp) as first_refund_at,
       cast(null as date) as closed_date, cast(2400 + n % 9000 as bigint) as gross_minor,
       cast(20 + n % 50 as double) as hours_to_ship, cast(40 + n % 90 as double) as hours_to_deliver
     from (select n, ${day(`(${orders} - 1 - n) * ${days} // ${orders}`)} as d from range(${orders}) t(n)) order by n`,
    `create table marts.fct_order_lines as
     select 'l' || n as order_line_key, n as order_line_id, 'o' || (n * 5 // 12) as order_key, 'goods' as line_kind,
       'p' || (n % 20000) as product_key, n % 500 as seller_key, ${channel('n')} as channel, ${country('n')} as country,
       ${currency('n')} as currency, false as is_test, cast(1 as bigint) as quantity,
       cast(1000 + n % 9000 as bigint) as net_minor, cast((1000 + n % 9000) // 8 as bigint) as commission_minor,
       ${day(`(${lines} - 1 - n) * ${days} // ${lines}`)} as order_date
     from range(${lines}) t(n) order by n`,
    `create table marts.fct_payments as
     select n as payment_key, 'pay' || n as payment_ref, n as order_key, 'capture' as kind, n % 3 as payment_method_key,
       ${channel('n')} as channel, ${currency('n')} as currency, false as is_test,
       cast(2400 + n % 9000 as bigint) as cash_minor, ${day(`(${orders} - 1 - n) * ${days} // ${orders}`)} as payment_date
     from range(${orders}) t(n) order by n`,
    `create table marts.fct_support_tickets as
     select n as ticket_key, n as ticket_id, 'c' || n as customer_key, ${pick('n', ['solved', 'open'])} as status,
       ${pick('n', ['low', 'normal', 'high'])} as priority, ${pick('n', ['email', 'chat'])} as via_channel,
       ${pick('n', ['delivery', 'refund', 'product'])} as topic, cast(n % 600 as bigint) as first_reply_minutes,
       cast(n % 9000 as bigint) as resolution_minutes, ${pick('n', ['good', 'bad'])} as satisfaction_score,
       false as is_deleted, cast(null as timestamp) as solved_at, ${day('n')} as created_date,
       cast(null as date) as first_reply_date, cast(null as date) as solved_date
     from range(${Math.round(orders / 25)}) t(n)`,
    `create table marts.fct_shipments (shipment_key bigint, shipment_id bigint, order_key varchar, carrier varchar,
       status varchar, channel varchar, country varchar, currency varchar, is_test boolean, promised_at timestamp,
       delivered_at timestamp, is_late boolean, shipped_date date, order_date date)`,
    `create table marts.fct_payouts (payout_key bigint, payout_id varchar, currency varchar, status varchar,
       amount_minor bigint, difference_minor bigint, arrival_date date)`,
    `create table marts.agg_backlog_moves_daily (backlog_move_key bigint, move_date date, channel varchar,
       opened_orders bigint, opened_units bigint, closed_orders bigint, closed_units bigint)`,
    `create table marts.agg_support_moves_daily (support_move_key bigint, move_date date, via_channel varchar,
       opened_tickets bigint, solved_tickets bigint, deleted_tickets bigint)`,
    `create table marts.agg_gift_card_moves_daily (gift_card_day_key bigint, move_date date, currency varchar,
       sold_minor bigint, cancelled_minor bigint, redeemed_minor bigint)`,
  ];
};

export async function createMarts(connection: DuckDBConnection, lines: number): Promise<void> {
  for (const statement of tables(lines)) await connection.run(statement);
  await connection.run('checkpoint');
}

/** What one publication adds to `web` and to `app` each, in Germany on the last day, in minor units. */
export const addedMinor = 10_000 * 500;

/** 20,000 sales in one transaction, as a publication's own is; the same sum for two channels, so that a mixed answer shows. */
export async function publish(connection: DuckDBConnection, version: number): Promise<void> {
  await connection.run('begin transaction');
  for (const channel of ['web', 'app']) {
    await connection.run(
      `insert into marts.fct_order_events
       select 'v${version}-${channel}-' || n, 'sale', 'v${version}-' || n, n, 'v${version}-' || n, 'c' || n, 'p' || n,
         '${channel}', 'DE', 'EUR', false, 1, 500, date '${lastDay}', date '${lastDay}', 500
       from range(10000) t(n)`,
    );
  }
  await connection.run('commit');
}
