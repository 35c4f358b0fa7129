import { orderTables } from './history-tables.ts';
import { batchSeconds } from './history.ts';
import { draw, history, orderStep, positionAt } from './scale.ts';
import type { Scale } from './scale.ts';

/** What stands in staging before a batch, as far as the batch's ids depend on it. */
export interface Newest {
  readonly order: number;
  readonly line: number;
  readonly customer: number;
  readonly refund: number;
  readonly refundLine: number;
  readonly cancellation: number;
  readonly cancellationLine: number;
  readonly payment: number;
}

export interface Batch {
  /** Counts from 0 over the life of the warehouse. */
  readonly number: number;
  /** Order lines added or changed. */
  readonly lines: number;
  readonly scale: Scale;
  readonly newest: Newest;
}

/** Changed rows of one table in staging's shape, log columns included. */
interface Change {
  readonly table: string;
  readonly rows: string;
}

const orders = 'staging.stg_shop__orders';
const orderLines = 'staging.stg_shop__order_lines';

/**
 * The rows of one batch. Six tenths of the lines are new, three are changes of the last two weeks, one is up to 90
 * days late; refunds reach back 60 days; customers change anywhere in the history.
 */
export function changesOf(batch: Batch): readonly Change[] {
  return [
    ...newOrders(batch),
    ...laterChanges(batch),
    ...shipmentsOf(batch),
    ...refundsOf(batch),
    ...cancellationsOf(batch),
    customersOf(batch),
    productsOf(batch),
  ];
}

function newOrders(batch: Batch): readonly Change[] {
  const { scale } = batch;
  const [first, last] = addedOrders(batch);
  const fresh = (table: string): Change => {
    const made = orderTables.find((each) => each.model === `stg_shop__${table}`);
    if (made === undefined) throw new Error(`there are no rows of ${table}`);
    const rows = made.rows(scale, first, last);
    return { table, rows: happeningNow(batch, rows, made.times, 'c') };
  };
  return [fresh('orders'), fresh('order_lines'), fresh('payments')];
}

/** Rows as if they had been made in the batch's five minutes. */
export function happeningNow(batch: Batch, rows: string, times: readonly string[], op: 'c' | 'u'): string {
  const now = at(batch, '_ordinal');
  const moved = [...times, '_committed_at'].map((column) => `${now} as ${column}`).join(', ');
  return `select * replace (${moved}, ${positionAt(now)} as _position, '${op}' as _op) from (${rows})`;
}

/** Ids of the orders that a batch adds: from (inclusive) and to (inclusive). */
export function addedOrders({ newest, lines }: Batch): readonly [number, number] {
  return [newest.order + 1, newest.order + Math.ceil((lines * 0.6) / 27) * 10];
}

function laterChanges(batch: Batch): readonly Change[] {
  const { newest, lines, scale } = batch;
  const lineStep = (orderStep(scale) * 10) / 27;
  const recent = recentIds(batch, newest.line, lineStep, { days: 14, count: lines * 0.3, purpose: 2 });
  const late = recentIds(batch, newest.line, lineStep, { days: 90, count: lines * 0.1, purpose: 3 });
  return [
    again(batch, 'orders', 'order_id', recentOrders(batch), `'shipped' as status`),
    again(batch, 'order_lines', 'order_line_id', `${recent} union ${late}`, 'quantity + 1 as quantity'),
  ];
}

function shipmentsOf(batch: Batch): readonly Change[] {
  const now = at(batch, 'order_id');
  const delivered = again(
    batch,
    'shipments',
    'shipment_id',
    recentOrders(batch),
    `'delivered' as status, coalesce(delivered_at, ${at(batch, 'shipment_id')}) as delivered_at`,
  );
  return [
    {
      table: 'shipments',
      rows: `select order_id as shipment_id, order_id, 'dhl' as carrier, 'TR' || order_id as tracking_number,
          'shipped' as status, placed_at + interval 5 day as promised_at, ${now} as shipped_at,
          cast(null as timestamp) as delivered_at, ${now} as created_at, ${now} as updated_at,
          ${log(batch, 'order_id', 'c')}
        from ${orders} where order_id in (${unshipped(batch)})`,
    },
    {
      table: 'shipment_lines',
      rows: `select order_line_id as shipment_line_id, order_id as shipment_id, order_line_id, quantity,
          ${log(batch, 'order_line_id', 'c')}
        from ${orderLines} where order_id in (${unshipped(batch)})`,
    },
    { table: 'shipments', rows: `${delivered.rows} and order_id not in (${unshipped(batch)})` },
  ];
}

function refundsOf(batch: Batch): readonly Change[] {
  const { newest, lines, scale } = batch;
  const asked = { days: 60, count: lines * 0.015, purpose: 4 };
  const refunded = recentIds(batch, newest.order, orderStep(scale), asked);
  const now = at(batch, 'order_id');
  const next = (newestId: number): string => `${newestId} + row_number() over (order by order_id)`;
  return [
    {
      table: 'refunds',
      rows: `select ${next(newest.refund)} as refund_id, order_id, cast(null as bigint) as payment_id,
          cast(null as bigint) as cancellation_id, 19.95 as amount, 0 as shipping_amount, currency,
          'damaged' as reason, ${now} as refunded_at, ${log(batch, 'order_id', 'c')}
        from ${orders} where order_id in (${refunded})`,
    },
    {
      table: 'refund_lines',
      rows: `select ${next(newest.refundLine)} as refund_line_id, ${next(newest.refund)} as refund_id, order_line_id,
          1 as quantity, unit_price as amount, 0 as tax_amount, 'return' as restock_type, ${log(batch, 'order_id', 'c')}
        from ${orderLines} where line_no = 1 and order_id in (${refunded})`,
    },
    {
      // The new orders of this batch have payments too: their ids stay below these.
      table: 'payments',
      rows: `select ${next(newest.payment + lines * 10)} as payment_id, order_id, 'refund' as kind, 'card' as method,
          'succeeded' as status, 19.95 as amount, currency, 're_' || order_id as processor_ref, ${now} as created_at,
          ${now} as updated_at, ${log(batch, 'order_id', 'c')}
        from ${orders} where order_id in (${refunded})`,
    },
  ];
}

function cancellationsOf(batch: Batch): readonly Change[] {
  const { newest, lines, scale } = batch;
  const asked = { days: 1, count: lines * 0.01, purpose: 5 };
  const cancelled = recentIds(batch, newest.order, orderStep(scale), asked);
  return [
    {
      table: 'cancellations',
      rows: `select ${newest.cancellation} + row_number() over (order by order_id) as cancellation_id,
          'C-' || order_id as cancellation_number, order_id, customer_id, currency, channel, false as before_capture,
          'customer' as reason, ${at(batch, 'order_id')} as cancelled_at, ${log(batch, 'order_id', 'c')}
        from ${orders} where order_id in (${cancelled})`,
    },
    {
      table: 'cancellation_lines',
      rows: `select ${newest.cancellationLine} + row_number() over (order by order_line_id) as cancellation_line_id,
          ${newest.cancellation} + dense_rank() over (order by order_id) as cancellation_id, order_line_id, product_id,
          quantity, unit_price, 0 as discount_amount, ${log(batch, 'order_line_id', 'c')}
        from ${orderLines} where order_id in (${cancelled})`,
    },
  ];
}

/** A quarter as many customers as lines; seven in ten are known ones who moved, the others are new. */
function customersOf(batch: Batch): Change {
  const { lines, newest } = batch;
  const known = Math.ceil(lines * 0.175);
  const added = Math.ceil(lines * 0.075);
  return {
    table: 'customers',
    rows: `select customer_id, 'c' || customer_id || '@example.com' as email_token, 'DE' as country,
        'city ' || ${draw('customer_id', 96 + batch.number, 900)} as city, '10115' as postal_code,
        'regular' as segment, timestamp '${history.start}' as created_at, ${at(batch, 'customer_id')} as updated_at,
        ${log(batch, 'customer_id')}
      from (
        select distinct 1 + ${draw('j', 97, newest.customer)} as customer_id from ${seeds(batch, known)}
        union all
        select j from range(${newest.customer + 1}, ${newest.customer + 1 + added}) as ids(j)
      ) as touched`,
  };
}

/** Few products change their price in five minutes. */
function productsOf(batch: Batch): Change {
  const { lines, scale } = batch;
  return {
    table: 'products',
    rows: `select * exclude (_op, _position, _ordinal, _committed_at)
        replace (price + 1 as price, ${at(batch, 'product_id')} as updated_at), ${log(batch, 'product_id')}
      from staging.stg_shop__products
      where product_id in (select 1 + ${draw('j', 95, scale.products)} from ${seeds(batch, lines / 400)})
      qualify row_number() over (partition by product_id order by _position desc) = 1`,
  };
}

/** Rows that stand in staging, with another value. */
function again(batch: Batch, table: string, id: string, ids: string, change: string): Change {
  return {
    table,
    rows: `select * replace (${change}, ${at(batch, id)} as updated_at), ${log(batch, id)}
      from staging.stg_shop__${table} where ${id} in (${ids})`,
  };
}

function recentOrders(batch: Batch): string {
  const asked = { days: 14, count: batch.lines * 0.1, purpose: 1 };
  return recentIds(batch, batch.newest.order, orderStep(batch.scale), asked);
}

/** Ids of the last `days`, about `count` of them; `step` is the time from one id to the next. */
function recentIds(
  batch: Batch,
  newest: number,
  step: number,
  asked: { readonly days: number; readonly count: number; readonly purpose: number },
): string {
  const reach = Math.max(1, Math.floor((asked.days * 86_400_000_000) / step));
  return `select distinct ${newest} - ${draw('j', 90 + asked.purpose, reach)} as id from ${seeds(batch, asked.count)}`;
}

/** Orders of the last week that nothing was sent for yet. */
function unshipped({ newest, lines, scale }: Batch): string {
  const first = newest.order - Math.floor((7 * 86_400_000_000) / orderStep(scale));
  return `select order_id from ${orders} where order_id between ${first} and ${newest.order}
    and status <> 'cancelled'
    and order_id not in (select order_id from staging.stg_shop__shipments where order_id >= ${first})
    order by order_id limit ${Math.ceil(lines * 0.1)}`;
}

/** Numbers that no other batch draws from. */
function seeds({ number }: Batch, count: number): string {
  const start = number * 10_000_000;
  return `range(${start}, ${start + Math.ceil(count)}) as ids(j)`;
}

/** Commit time of a row of the batch. */
function at(batch: Batch, id: string): string {
  const offset = batch.number * batchSeconds;
  return `(timestamp '${history.start}' + to_seconds(${offset}) + to_microseconds(1 + ${draw(id, 99, 299_999_999)}))`;
}

function log(batch: Batch, id: string, op: 'c' | 'u' = 'u'): string {
  const now = at(batch, id);
  return `'${op}' as _op, ${positionAt(now)} as _position, ${id} as _ordinal, ${now} as _committed_at`;
}
