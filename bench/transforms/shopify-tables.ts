import {
  countries,
  currencies,
  customerOf,
  isCancelled,
  linesIn,
  ordersIn,
  unitPrice,
} from './history-tables.ts';
import type { OrderTable } from './history-tables.ts';
import { draw, logColumns, oneOf } from './scale.ts';
import type { Scale } from './scale.ts';

// What Shopify has: the shop's orders of the web with the shop's numbers, and orders of its own, one in fifty.

/** Numbers of what exists at Shopify alone. */
const own = 50_000_000_000;

function orders(scale: Scale, first: number, last: number): string {
  const of = ordersIn(scale, first, last);
  return `(select k as id, * from (${of}) where ${oneOf('k', 24, ['web', 'app', 'marketplace', 'store'])} = 'web'
    union all select ${own} + k, * from (${of}) where k % 50 = 0)`;
}

function lines(scale: Scale, first: number, last: number): string {
  const of = ordersIn(scale, first, last);
  return `(select i as id, k as order_id, product_id, quantity, placed_at, k from (${linesIn(scale, first, last)})
      where ${oneOf('k', 24, ['web', 'app', 'marketplace', 'store'])} = 'web'
    union all select ${own} + 2 * k + n, ${own} + k, 1 + ${draw('2 * k + n', 31, scale.products)}, 1 + n, placed_at, k
      from (${of}), range(0, 2) as numbers(n) where k % 50 = 0)`;
}

const gross = `quantity * ${unitPrice}`;
const refundedAt = 'placed_at + interval 7 day';
const sentAt = 'placed_at + interval 1 day';

/** Staging rows of Shopify's tables that belong to orders. */
export const shopifyTables: readonly OrderTable[] = [
  {
    model: 'stg_shopify__orders',
    times: ['created_at', 'placed_at', 'updated_at'],
    rows: (
      scale,
      first,
      last,
    ) => `select id as order_id, '#' || id as order_number, ${customerOf(scale)} as customer_id,
      'web' as source_name, ${oneOf('k', 25, currencies)} as currency, 'PAID' as financial_status,
      'FULFILLED' as fulfillment_status, false as is_test, false as taxes_included,
      ${oneOf('k', 27, countries)} as ship_country, 4.95 as shipping_amount, 99.95 as total_amount,
      0 as refunded_amount, placed_at as created_at, placed_at, placed_at as updated_at,
      ${logColumns('id', 'placed_at')} from ${orders(scale, first, last)}`,
  },
  {
    model: 'stg_shopify__order_lines',
    times: [],
    rows: (
      scale,
      first,
      last,
    ) => `select id as order_line_id, order_id, product_id, 'SKU-' || product_id as sku,
      quantity, quantity as current_quantity, false as is_gift_card, ${unitPrice} as unit_price,
      ${gross} as gross_amount, ${gross} as discounted_amount, 0 as discount_amount, cast('[]' as json) as tax_lines,
      ${logColumns('id', 'placed_at')} from ${lines(scale, first, last)}`,
  },
  {
    model: 'stg_shopify__transactions',
    times: ['created_at', 'processed_at'],
    rows: (
      scale,
      first,
      last,
    ) => `select case when id < ${own} then 2 * k else id end as payment_id, id as order_id,
      'SALE' as kind, 'SUCCESS' as status, 'shopify_payments' as gateway, false as is_test, 99.95 as amount,
      ${oneOf('k', 25, currencies)} as currency, placed_at as created_at, placed_at as processed_at,
      ${logColumns('id', 'placed_at')} from ${orders(scale, first, last)}
      where id >= ${own} or not ${isCancelled('k')}`,
  },
  {
    model: 'stg_shopify__refunds',
    times: ['created_at', 'refunded_at'],
    rows: (scale, first, last) => `select id as refund_id, id as order_id, 19.95 as amount,
      ${oneOf('k', 25, currencies)} as currency, ${refundedAt} as created_at, ${refundedAt} as refunded_at,
      ${logColumns('id', refundedAt)} from ${orders(scale, first, last)} where id >= ${own} and k % 500 = 0`,
  },
  {
    model: 'stg_shopify__refund_lines',
    times: [],
    rows: (
      scale,
      first,
      last,
    ) => `select id as refund_line_id, order_id as refund_id, order_id, id as order_line_id,
      1 as quantity, 'RETURN' as restock_type, ${unitPrice} as amount, 0 as tax_amount, ${logColumns('id', refundedAt)}
      from ${lines(scale, first, last)} where order_id >= ${own} and k % 500 = 0 and id % 2 = 0`,
  },
  {
    model: 'stg_shopify__fulfillments',
    times: ['created_at', 'updated_at', 'shipped_at'],
    rows: (
      scale,
      first,
      last,
    ) => `select id as shipment_id, id as order_id, '#' || id || '.1' as fulfillment_name,
      'SUCCESS' as status, 'IN_TRANSIT' as display_status, 'dhl' as carrier, 'TR' || id as tracking_number,
      ${sentAt} as shipped_at, ${sentAt} as created_at, ${sentAt} as updated_at, ${logColumns('id', sentAt)}
      from ${orders(scale, first, last)} where id >= ${own} or not ${isCancelled('k')}`,
  },
  {
    model: 'stg_shopify__fulfillment_lines',
    times: [],
    rows: (scale, first, last) => `select id as shipment_line_id, order_id as shipment_id, order_id,
      id as order_line_id, quantity, ${logColumns('id', sentAt)}
      from ${lines(scale, first, last)} where order_id >= ${own} or not ${isCancelled('k')}`,
  },
];
