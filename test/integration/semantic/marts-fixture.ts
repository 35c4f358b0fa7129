import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';

/** The marts that the metric model reads, with the columns and types of the real ones. */
const tables = `
create schema marts;
create table marts.dim_customer (
  customer_key varchar, customer_durable_key bigint, customer_id bigint, email_token varchar, country varchar,
  city varchar, segment varchar, valid_from timestamp, valid_to timestamp, is_current boolean, is_inferred boolean,
  is_deleted boolean);
create table marts.dim_product (
  product_key varchar, product_durable_key varchar, product_id bigint, sku varchar, title varchar, category varchar,
  kind varchar, seller_name varchar, seller_country varchar, price decimal(12,4), currency varchar,
  is_active boolean, valid_from timestamp, valid_to timestamp, is_current boolean, is_inferred boolean,
  is_deleted boolean);
create table marts.fct_order_events (
  order_event_key varchar, event_type varchar, order_key varchar, order_id bigint, order_line_key varchar,
  customer_key varchar, customer_durable_key varchar, product_key varchar, product_durable_key varchar,
  channel varchar, country varchar, currency varchar, is_test boolean, quantity bigint, amount_minor bigint,
  event_at timestamp, event_date date, order_date date);
create table marts.fct_orders (
  order_key varchar, order_id bigint, order_number varchar, customer_key varchar, customer_durable_key bigint,
  channel varchar, country varchar, currency varchar, is_test boolean, order_status varchar, placed_at timestamp,
  order_date date, fulfilled_date date, is_fulfilled boolean, is_partly_fulfilled boolean);
create table marts.fct_order_lines (
  order_line_key varchar, order_line_id bigint, order_key varchar, line_no bigint, line_kind varchar,
  product_key varchar, channel varchar, currency varchar, is_test boolean, quantity bigint, order_date date);
`;

/**
 * Four real orders and a test order of two customers, one of whom changed segment between orders.
 *
 * | order | day   | line    | product | sale   | what happened later                                                   |
 * |-------|-------|---------|---------|--------|-----------------------------------------------------------------------|
 * | o1    | 01-30 | l1      | p1      | 100.10 | discount 10.00 on that day; refund of half on 02-02: 45.05 + tax 9.01 |
 * | o1    |       | l2      | p2      |  20.20 | tax 4.04, shipping 5.00                                               |
 * | o2    | 01-31 | l3      | p1      | 100.10 | voided on 01-31 with its discount of 5.05                             |
 * | o3    | 02-01 | l4      | p2      |  20.20 | cancelled after capture on 02-02, discount of 2.02 given back         |
 * | o4    | 02-01 | l5      | p2      |  60.60 | cash refund 1.11 on 02-03; no customer                                |
 * | t1    | 02-01 | l6      | p1      | 999.99 | a test order                                                          |
 */
const rows = `
insert into marts.dim_customer (customer_key, customer_durable_key, country, segment, is_current) values
  ('c1v1', 1, 'DE', 'consumer', false), ('c1v2', 1, 'DE', 'business', true),
  ('c2v1', 2, 'FR', 'consumer', true), ('-1', -1, null, 'unknown', true);
insert into marts.dim_product (product_key, product_durable_key, sku, title, category, seller_name, is_current) values
  ('p1', 'p1', 'SKU-1', 'Lamp', 'home', 'Lumen', true), ('p2', 'p2', 'SKU-2', 'Novel', 'books', 'Folio', true);
insert into marts.fct_order_events
  (order_event_key, event_type, order_key, order_line_key, customer_key, product_key, channel, country, currency,
   is_test, amount_minor, event_date, order_date) values
  ('e01', 'sale', 'o1', 'l1', 'c1v1', 'p1', 'web', 'DE', 'EUR', false, 10010, '2026-01-30', '2026-01-30'),
  ('e02', 'discount', 'o1', 'l1', 'c1v1', 'p1', 'web', 'DE', 'EUR', false, -1000, '2026-01-30', '2026-01-30'),
  ('e03', 'sale', 'o1', 'l2', 'c1v1', 'p2', 'web', 'DE', 'EUR', false, 2020, '2026-01-30', '2026-01-30'),
  ('e04', 'tax', 'o1', 'l2', 'c1v1', 'p2', 'web', 'DE', 'EUR', false, 404, '2026-01-30', '2026-01-30'),
  ('e05', 'shipping', 'o1', null, 'c1v1', null, 'web', 'DE', 'EUR', false, 500, '2026-01-30', '2026-01-30'),
  ('e06', 'refund', 'o1', 'l1', 'c1v1', 'p1', 'web', 'DE', 'EUR', false, -4505, '2026-02-02', '2026-01-30'),
  ('e07', 'refund_tax', 'o1', 'l1', 'c1v1', 'p1', 'web', 'DE', 'EUR', false, -901, '2026-02-02', '2026-01-30'),
  ('e08', 'sale', 'o2', 'l3', 'c2v1', 'p1', 'app', 'FR', 'EUR', false, 10010, '2026-01-31', '2026-01-31'),
  ('e09', 'discount', 'o2', 'l3', 'c2v1', 'p1', 'app', 'FR', 'EUR', false, -505, '2026-01-31', '2026-01-31'),
  ('e10', 'void', 'o2', 'l3', 'c2v1', 'p1', 'app', 'FR', 'EUR', false, -10010, '2026-01-31', '2026-01-31'),
  ('e11', 'void_discount', 'o2', 'l3', 'c2v1', 'p1', 'app', 'FR', 'EUR', false, 505, '2026-01-31', '2026-01-31'),
  ('e12', 'sale', 'o3', 'l4', 'c1v2', 'p2', 'web', 'DE', 'EUR', false, 2020, '2026-02-01', '2026-02-01'),
  ('e13', 'discount', 'o3', 'l4', 'c1v2', 'p2', 'web', 'DE', 'EUR', false, -202, '2026-02-01', '2026-02-01'),
  ('e14', 'cancellation', 'o3', 'l4', 'c1v2', 'p2', 'web', 'DE', 'EUR', false, -2020, '2026-02-02', '2026-02-01'),
  ('e15', 'cancellation_discount', 'o3', 'l4', 'c1v2', 'p2', 'web', 'DE', 'EUR', false, 202, '2026-02-02',
   '2026-02-01'),
  ('e16', 'sale', 'o4', 'l5', '-1', 'p2', 'web', 'DE', 'EUR', false, 6060, '2026-02-01', '2026-02-01'),
  ('e17', 'refund_cash', 'o4', null, '-1', null, 'web', 'DE', 'EUR', false, -111, '2026-02-03', '2026-02-01'),
  ('e19', 'cancellation_tax', 'o3', 'l4', 'c1v2', 'p2', 'web', 'DE', 'EUR', false, -38, '2026-02-02', '2026-02-01'),
  ('e20', 'gift_card_discount', 'o4', 'l5', '-1', 'p2', 'web', 'DE', 'EUR', false, -250, '2026-02-01', '2026-02-01'),
  ('e18', 'sale', 't1', 'l6', 'c2v1', 'p1', 'web', 'FR', 'EUR', true, 99999, '2026-02-01', '2026-02-01');
insert into marts.fct_orders
  (order_key, customer_key, customer_durable_key, channel, country, currency, is_test, order_status, order_date,
   fulfilled_date, is_fulfilled, is_partly_fulfilled) values
  ('o1', 'c1v1', 1, 'web', 'DE', 'EUR', false, 'delivered', '2026-01-30', '2026-02-01', true, false),
  ('o2', 'c2v1', 2, 'app', 'FR', 'EUR', false, 'cancelled', '2026-01-31', null, false, false),
  ('o3', 'c1v2', 1, 'web', 'DE', 'EUR', false, 'cancelled', '2026-02-01', null, false, false),
  ('o4', '-1', -1, 'web', 'DE', 'EUR', false, 'shipped', '2026-02-01', null, false, true),
  ('t1', 'c2v1', 2, 'web', 'FR', 'EUR', true, 'placed', '2026-02-01', '2026-02-01', true, false);
insert into marts.fct_order_lines
  (order_line_key, order_key, line_kind, product_key, channel, currency, is_test, quantity, order_date) values
  ('l1', 'o1', 'goods', 'p1', 'web', 'EUR', false, 1, '2026-01-30'),
  ('l2', 'o1', 'goods', 'p2', 'web', 'EUR', false, 1, '2026-01-30'),
  ('l3', 'o2', 'goods', 'p1', 'app', 'EUR', false, 1, '2026-01-31'),
  ('l4', 'o3', 'goods', 'p2', 'web', 'EUR', false, 1, '2026-02-01'),
  ('l5', 'o4', 'goods', 'p2', 'web', 'EUR', false, 3, '2026-02-01'),
  ('l6', 't1', 'goods', 'p1', 'web', 'EUR', true, 1, '2026-02-01');
`;

/** The same shop as statements, for a warehouse that takes one at a time. */
export const shopStatements: readonly string[] = `${tables}${rows}`
  .split(';')
  .map((statement) => statement.trim())
  .filter((statement) => statement !== '');

/** An in-memory warehouse; the connection is a publisher's, not the semantic layer's. */
export interface MartsFixture {
  readonly instance: DuckDBInstance;
  readonly publisher: DuckDBConnection;
  readonly close: () => void;
}

/** A warehouse with the small shop above, with empty marts, or with nothing at all. */
export async function createMarts(content: 'shop' | 'empty' | 'nothing' = 'shop'): Promise<MartsFixture> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    // As the platform opens its database; and as Snowflake sorts.
    default_null_order: 'nulls_last_on_asc_first_on_desc',
  });
  const publisher = await instance.connect();
  if (content === 'shop') await publishShop(publisher);
  if (content === 'empty') await publisher.run(tables);
  return {
    instance,
    publisher,
    close: () => {
      publisher.closeSync();
      instance.closeSync();
    },
  };
}

/** The first publication of the small shop. */
export async function publishShop(publisher: DuckDBConnection): Promise<void> {
  await publisher.run(tables);
  await publisher.run(rows);
}
