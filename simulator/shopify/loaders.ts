import type pg from 'pg';
import { Batch, groupBy } from './batch.ts';
import { branches, productBranch, shared } from './relations.ts';
import type {
  CancelledRow,
  CustomerRow,
  LineRow,
  PaymentRow,
  ProductRow,
  RefundLineRow,
  RefundRow,
  ShipmentRow,
  ShippedRow,
  SpentRow,
} from './rows.ts';

type Children<Row> = Batch<readonly Row[]>;

/** What belongs to the objects of one answer, fetched for all of them at once. */
export interface Loaders {
  readonly lines: Children<LineRow>;
  readonly payments: Children<PaymentRow>;
  readonly refunds: Children<RefundRow>;
  readonly refundLines: Children<RefundLineRow>;
  readonly cancelled: Children<CancelledRow>;
  readonly shipments: Children<ShipmentRow>;
  readonly shipped: Children<ShippedRow>;
  readonly customers: Batch<CustomerRow>;
  readonly spent: Batch<SpentRow>;
  readonly products: Batch<ProductRow>;
}

/** Every query takes keys as $1; children carry the order's key. */
const childSql = {
  lines: `select l.id, l.order_id, l.quantity, l.unit_price, round(l.quantity * l.unit_price, 2) as gross,
      l.discount_amount, l.tax_amount, l.product_id, p.title, p.sku, p.kind
    from ${shared('order_lines')} l join products p on p.id = l.product_id
    where l.order_id = any($1) order by l.line_no, l.id`,
  payments: `select id, order_id, kind, method, status, amount, currency, processor_ref, card_brand, card_last4, created_at
    from ${shared('payments')} p where order_id = any($1) order by id`,
  refunds: `select id, order_id, payment_id, cancellation_id, amount, shipping_amount, currency, reason, refunded_at
    from ${shared('refunds')} r where order_id = any($1) order by id`,
  refundLines: `select r.id, l.order_id, r.refund_id, r.order_line_id, r.quantity, r.amount, r.tax_amount, r.restock_type
    from ${shared('order_lines')} l join ${shared('refund_lines')} r on r.order_line_id = l.id
    where l.order_id = any($1) order by r.id`,
  cancelled: `select c.id, l.order_id, c.cancellation_id, c.order_line_id, c.quantity, n.reason, n.before_capture,
      round(c.quantity * c.unit_price, 2) - c.discount_amount as net,
      round(l.tax_amount * c.quantity / l.quantity, 2) as tax
    from ${shared('order_lines')} l join ${shared('cancellation_lines')} c on c.order_line_id = l.id
    join ${shared('cancellations')} n on n.id = c.cancellation_id
    where l.order_id = any($1) and n.order_id = any($1) order by c.id`,
  shipments: `select id, order_id, carrier, tracking_number, status, promised_at, shipped_at, delivered_at, created_at,
      updated_at
    from ${shared('shipments')} s where order_id = any($1) order by id`,
  shipped: `select s.id, l.order_id, s.shipment_id, s.order_line_id, s.quantity
    from ${shared('order_lines')} l join ${shared('shipment_lines')} s on s.order_line_id = l.id
    where l.order_id = any($1) order by s.id`,
} as const;

/** Columns of a customer and of a product, for lists too. */
export const customerColumns = `c.id, c.email, c.full_name, c.country, c.city, c.postal_code, c.segment, c.created_at,
  c.updated_at`;
export const productColumns = `p.id, p.sku, p.title, s.name as vendor, p.category, p.kind, p.price, p.currency,
  p.is_active, p.created_at, p.updated_at`;

const customersByKey = branches('customers', 'c')
  .map((branch) => `select ${customerColumns} ${branch} and c.id = any($1)`)
  .join(' union all ');

/** Loaders for one request; they remember nothing beyond the turn they were asked in. */
export function createLoaders(db: pg.Pool): Loaders {
  const children = <Row extends { readonly order_id: string }>(name: keyof typeof childSql): Children<Row> =>
    new Batch(async (keys) => {
      const { rows } = await db.query<Row>({ name: `shopify ${name}`, text: childSql[name], values: [keys] });
      return groupBy(rows, (row) => row.order_id);
    });
  return {
    lines: children('lines'),
    payments: children('payments'),
    refunds: children('refunds'),
    refundLines: children('refundLines'),
    cancelled: children('cancelled'),
    shipments: children('shipments'),
    shipped: children('shipped'),
    customers: byKey<CustomerRow>(db, customersByKey, (row) => row.id),
    products: byKey<ProductRow>(
      db,
      `select ${productColumns} ${productBranch} and p.id = any($1)`,
      (row) => row.id,
    ),
    spent: byKey<SpentRow>(
      db,
      `select o.customer_id, count(*) as orders, coalesce(sum(p.paid), 0) as spent
       from ${shared('orders')} o left join lateral (
         select sum(case kind when 'capture' then amount when 'refund' then -amount else 0 end) as paid
         from ${shared('payments')} p where p.order_id = o.id and p.status = 'succeeded') p on true
       where o.customer_id = any($1) group by 1`,
      (row) => row.customer_id,
    ),
  };
}

function byKey<Row extends pg.QueryResultRow>(
  db: pg.Pool,
  text: string,
  keyOf: (row: Row) => string,
): Batch<Row> {
  return new Batch(async (keys) => {
    const { rows } = await db.query<Row>(text, [keys]);
    return new Map(rows.map((row) => [keyOf(row), row]));
  });
}
