import { changedAt, draw, logColumns, oneOf, placedAt } from './scale.ts';
import type { Scale } from './scale.ts';

/** Rows of one staging table for a range of order ids, with the log's columns, by which they lie in the table. */
export interface OrderTable {
  readonly model: string;
  /** Columns that say when a new row happened; a batch sets them to its own time. */
  readonly times: readonly string[];
  readonly rows: (scale: Scale, firstOrder: number, lastOrder: number) => string;
}

export const currencies = ['EUR', 'EUR', 'EUR', 'USD', 'GBP'];
export const countries = ['DE', 'FR', 'NL', 'GB', 'US', 'ES', 'IT', 'PL', 'SE', 'AT'];
export const isCancelled = (order: string): string => `${draw(order, 20, 25)} = 0`;
export const isRefunded = (order: string): string =>
  `${draw(order, 21, 20)} = 1 and not ${isCancelled(order)}`;

export function ordersIn(scale: Scale, first: number, last: number): string {
  return `select k, ${placedAt(scale, 'k')} as placed_at from range(${first}, ${last + 1}) as ids(k)`;
}

/** Ten orders have 1, 1, 2, 2, 2, 3, 3, 4, 4 and 5 lines, so that a line's order follows from its id. */
export function linesIn(scale: Scale, first: number, last: number): string {
  const orderOf = [0, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7, 7, 8, 8, 8, 8, 9, 9, 9, 9, 9];
  const numberOf = [1, 1, 1, 2, 1, 2, 1, 2, 1, 2, 3, 1, 2, 3, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 5];
  const [firstLine, endLine] = [Math.floor((first - 1) / 10) * 27 + 1, Math.ceil(last / 10) * 27 + 1];
  return `select *, ${placedAt(scale, 'k')} as placed_at from (
    select i, (i - 1) // 27 * 10 + 1 + [${orderOf.join()}][1 + (i - 1) % 27] as k,
      [${numberOf.join()}][1 + (i - 1) % 27] as line_no, 1 + ${draw('i', 30, 3)} as quantity,
      cast(1 + floor(${scale.products} * pow(${draw('i', 31, 1_000_000)} / 1000000.0, 2)) as bigint) as product_id
    from range(${firstLine}, ${endLine}) as ids(i)
  ) as numbered where k between ${first} and ${last}`;
}

export const unitPrice = `cast((500 + ${draw('product_id', 32, 20_000)}) / 100.0 as decimal(12, 4))`;
export const customerOf = (scale: Scale): string =>
  `case when ${draw('k', 22, 100)} < 3 then null
     else 1 + ${draw('k', 23, `floor(${scale.customers} * (0.15 + 0.85 * k / ${scale.orders}))`)} end`;

/** The tables whose rows belong to an order, in their state after three years. */
export const orderTables: readonly OrderTable[] = [
  {
    model: 'stg_shop__orders',
    times: ['placed_at', 'updated_at'],
    rows: (
      scale,
      first,
      last,
    ) => `select k as order_id, 'N-' || k as order_number, ${customerOf(scale)} as customer_id,
      ${oneOf('k', 24, ['web', 'app', 'marketplace', 'store'])} as channel, ${oneOf('k', 25, currencies)} as currency,
      case when ${isCancelled('k')} then 'cancelled' else 'delivered' end as status,
      ${draw('k', 26, 500)} = 0 as is_test, ${oneOf('k', 27, countries)} as ship_country,
      case when ${draw('k', 28, 10)} < 6 then 4.95 else 0 end as shipping_amount, placed_at,
      case when ${isCancelled('k')} then placed_at + interval 2 hour end as cancelled_at,
      ${changedAt('k', 'placed_at', 10)} as updated_at, ${logColumns('k', 'updated_at')}
      from (${ordersIn(scale, first, last)})`,
  },
  {
    model: 'stg_shop__order_lines',
    times: ['created_at', 'updated_at'],
    rows: (scale, first, last) => `select i as order_line_id, k as order_id, line_no, product_id, quantity,
      ${unitPrice} as unit_price, case when ${draw('i', 33, 7)} = 0 then 1.50 else 0 end as discount_amount,
      case when ${draw('i', 34, 5)} = 0 then 0 else round(quantity * ${unitPrice} * 0.19, 2) end as tax_amount,
      placed_at as created_at, ${changedAt('i', 'placed_at', 85)} as updated_at, ${logColumns('i', 'updated_at')}
      from (${linesIn(scale, first, last)})`,
  },
  {
    model: 'stg_shop__payments',
    times: ['created_at', 'updated_at'],
    rows: (scale, first, last) => `select 2 * k as payment_id, k as order_id, 'capture' as kind,
      ${oneOf('k', 40, ['card', 'wallet', 'transfer'])} as method, 'succeeded' as status,
      (2000 + ${draw('k', 41, 30_000)}) / 100.0 as amount, ${oneOf('k', 25, currencies)} as currency,
      'ch_' || md5(cast(k as varchar)) as processor_ref, placed_at + interval 1 minute as created_at,
      ${changedAt('k', 'placed_at + interval 1 minute', 80)} as updated_at, ${logColumns('k', 'updated_at')}
      from (${ordersIn(scale, first, last)}) where not ${isCancelled('k')}
      union all
      select 2 * k + 1, k, 'refund', 'card', 'succeeded', 19.95, ${oneOf('k', 25, currencies)},
      're_' || md5(cast(k as varchar)), placed_at + interval 9 day, placed_at + interval 9 day,
      ${logColumns('k', `placed_at + interval 9 day`)} from (${ordersIn(scale, first, last)}) where ${isRefunded('k')}`,
  },
  {
    model: 'stg_shop__shipments',
    times: [],
    rows: (scale, first, last) => `select k as shipment_id, k as order_id,
      ${oneOf('k', 50, ['dhl', 'ups', 'dpd'])} as carrier, 'TR' || hash(k, 51) as tracking_number,
      'delivered' as status, placed_at + interval 5 day as promised_at, placed_at + interval 1 day as shipped_at,
      placed_at + to_hours(48 + ${draw('k', 52, 96)}) as delivered_at, placed_at + interval 1 hour as created_at,
      delivered_at as updated_at, ${logColumns('k', 'delivered_at')}
      from (${ordersIn(scale, first, last)}) where not ${isCancelled('k')}`,
  },
  {
    model: 'stg_shop__shipment_lines',
    times: [],
    rows: (
      scale,
      first,
      last,
    ) => `select i as shipment_line_id, k as shipment_id, i as order_line_id, quantity,
      ${logColumns('i', 'placed_at + interval 1 day', `'c'`)}
      from (${linesIn(scale, first, last)}) where not ${isCancelled('k')}`,
  },
  {
    model: 'stg_shop__refunds',
    times: [],
    rows: (scale, first, last) => `select k as refund_id, k as order_id, 2 * k + 1 as payment_id,
      cast(null as bigint) as cancellation_id, 19.95 as amount, 0 as shipping_amount,
      ${oneOf('k', 25, currencies)} as currency, 'damaged' as reason, placed_at + interval 9 day as refunded_at,
      ${logColumns('k', 'placed_at + interval 9 day', `'c'`)}
      from (${ordersIn(scale, first, last)}) where ${isRefunded('k')}`,
  },
  {
    model: 'stg_shop__refund_lines',
    times: [],
    rows: (
      scale,
      first,
      last,
    ) => `select i as refund_line_id, k as refund_id, i as order_line_id, 1 as quantity,
      ${unitPrice} as amount, round(${unitPrice} * 0.19, 2) as tax_amount, 'return' as restock_type,
      ${logColumns('i', 'placed_at + interval 9 day', `'c'`)}
      from (${linesIn(scale, first, last)}) where line_no = 1 and ${isRefunded('k')}`,
  },
  {
    model: 'stg_shop__cancellations',
    times: [],
    rows: (
      scale,
      first,
      last,
    ) => `select k as cancellation_id, 'C-' || k as cancellation_number, k as order_id,
      ${customerOf(scale)} as customer_id, ${oneOf('k', 25, currencies)} as currency, 'web' as channel,
      ${draw('k', 60, 2)} = 0 as before_capture, 'customer' as reason, placed_at + interval 2 hour as cancelled_at,
      ${logColumns('k', 'placed_at + interval 2 hour', `'c'`)}
      from (${ordersIn(scale, first, last)}) where ${isCancelled('k')}`,
  },
  {
    model: 'stg_shop__cancellation_lines',
    times: [],
    rows: (
      scale,
      first,
      last,
    ) => `select i as cancellation_line_id, k as cancellation_id, i as order_line_id, product_id,
      quantity, ${unitPrice} as unit_price, 0 as discount_amount,
      ${logColumns('i', 'placed_at + interval 2 hour', `'c'`)}
      from (${linesIn(scale, first, last)}) where ${isCancelled('k')}`,
  },
];
