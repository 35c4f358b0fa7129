import type { Pool } from 'pg';
import { expect } from 'vitest';
import { firstReplayId } from '../../../simulator/replay/id-offset.ts';
import { currentRows, readArchive, testToken, words } from './shopify-zendesk-rig.ts';
import type { SaasRig } from './shopify-zendesk-rig.ts';

// What of the shop's tables must have become of each table of Shopify, by SQL alone.

const gid = (type: string, id: string): string => `'gid://shopify/${type}/' || ${id}`;
const second = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

const there = (type: string): string =>
  `not exists (select from simulator.shopify_destroyed d where d.subject_type = '${type}' and d.subject_id = t.id)`;
const orders = `(select * from (select * from orders where channel = 'web' and id < ${firstReplayId}
  union all select * from simulator.shopify_own_orders) t where ${there('ORDER')})`;
const customers = `(select * from (select * from customers where id < ${firstReplayId}
  union all select * from simulator.shopify_own_customers) t where ${there('CUSTOMER')})`;
const products = `(select * from products t where id < ${firstReplayId} and kind in ('goods', 'gift_card')
  and ${there('PRODUCT')})`;
/** The shop's rows and those that only Shopify has. */
const both = (table: string): string =>
  `(select * from ${table} union all select * from simulator.shopify_own_${table})`;
const ofOrders = (table: string): string => `${both(table)} x join ${orders} o on o.id = x.order_id`;

/** Key and a digest of what matters of each row, and when it changed last as far as Shopify tells. */
const queries: Readonly<Record<string, string>> = {
  orders: `select ${gid('Order', 'o.id')} as id, o.order_number || ' ' || o.currency || ' ' || ${second('o.updated_at')}
    || ' ' || o.is_test as digest,
    o.updated_at as at from ${orders} o`,
  order_lines: `select ${gid('LineItem', 'x.id')} as id, ${gid('Order', 'o.id')} || ' ' || x.quantity as digest, o.updated_at as at
    from ${ofOrders('order_lines')}`,
  transactions: `select ${gid('OrderTransaction', 'x.id')} as id,
    ${gid('Order', 'o.id')} || ' ' || x.amount::numeric(18, 2) || ' ' || x.status as digest,
    o.updated_at as at from ${ofOrders('payments')}`,
  refunds: `select ${gid('Refund', 'x.id')} as id, ${gid('Order', 'o.id')} || ' ' || x.amount::numeric(18, 2) as digest,
    o.updated_at as at
    from ${ofOrders('refunds')}`,
  refund_lines: `select ${gid('RefundLineItem', 'l.id')} as id, ${gid('Refund', 'x.id')} || ' ' || l.quantity as digest,
    o.updated_at as at
    from ${both('refund_lines')} l join ${both('refunds')} x on x.id = l.refund_id join ${orders} o on o.id = x.order_id`,
  fulfillments: `select ${gid('Fulfillment', 'x.id')} as id, ${gid('Order', 'o.id')} || ' ' || ${second('x.updated_at')}
    as digest, o.updated_at as at from ${ofOrders('shipments')}`,
  fulfillment_lines: `select ${gid('FulfillmentLineItem', 'l.id')} as id, l.quantity::text as digest, o.updated_at as at
    from ${both('shipment_lines')} l join ${both('shipments')} x on x.id = l.shipment_id
    join ${orders} o on o.id = x.order_id`,
  products: `select ${gid('Product', 'p.id')} as id, p.title as digest, p.updated_at as at from ${products} p`,
  product_variants: `select ${gid('ProductVariant', 'p.id')} as id, p.sku as digest, p.updated_at as at from ${products} p`,
  customers: `select ${gid('Customer', 'c.id')} as id, ${second('c.updated_at')} || ' ' || c.email as digest, c.updated_at as at
    from ${customers} c`,
};

interface WorldRow {
  readonly id: string;
  readonly digest: string;
  readonly at: Date;
}

/** Reads the world as the shop's database has it. */
async function readShopifyWorld(pool: Pool): Promise<Readonly<Record<string, readonly WorldRow[]>>> {
  const world: Record<string, readonly WorldRow[]> = {};
  for (const [table, sql] of Object.entries(queries)) {
    const { rows } = await pool.query<WorldRow>(sql);
    world[table] = rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  }
  return world;
}

type Row = Readonly<Record<string, unknown>>;

const statuses: Readonly<Record<string, string>> = {
  PENDING: 'pending',
  SUCCESS: 'succeeded',
  FAILURE: 'failed',
};
const amount = (bag: unknown): string =>
  Number((bag as { shopMoney: { amount: string } }).shopMoney.amount).toFixed(2);

/** The same digests of landed rows. */
const digests: Readonly<Record<string, (row: Row) => string>> = {
  orders: (row) => words(row['name'], row['currencyCode'], row['updatedAt'], row['test']),
  order_lines: (row) => words(row['orderId'], row['quantity']),
  transactions: (row) => words(row['orderId'], amount(row['amountSet']), statuses[String(row['status'])]),
  refunds: (row) => words(row['orderId'], amount(row['totalRefundedSet'])),
  refund_lines: (row) => words(row['refundId'], row['quantity']),
  fulfillments: (row) => words(row['orderId'], row['updatedAt']),
  fulfillment_lines: (row) => words(row['quantity']),
  products: (row) => words(row['title']),
  product_variants: (row) => words(row['sku']),
  customers: (row) => words(row['updatedAt'], (row['defaultEmailAddress'] as Row)['emailAddress_token']),
};

/** Deletions take these away; what was below them stays in the archive, and goes with its parent in staging. */
const deletable = new Set(['orders', 'products', 'customers']);

/** Every object of the world is landed as it is, and none that is not there any more: up to where it is complete. */
export async function expectWorld(rig: SaasRig): Promise<void> {
  const { lines } = await readArchive(rig.store, 'shopify');
  const world = await readShopifyWorld(rig.shop.pool);
  const [fresh] = await rig.control
    .withSchema('ingest')
    .from('cursor')
    .min<Array<{ to: Date }>>({ to: 'fresh_to' });
  for (const [table, rows] of Object.entries(world)) {
    const settled = rows.filter(({ at }) => at < (fresh?.to ?? at));
    const unsettled = new Set(rows.filter((row) => !settled.includes(row)).map(({ id }) => id));
    const expected = settled.map(
      ({ id, digest }) => [id, table === 'customers' ? withToken(digest) : digest] as const,
    );
    const known = new Set(settled.map(({ id }) => id));
    const found = [...currentRows(lines, table)]
      .filter(([id]) => (deletable.has(table) ? !unsettled.has(id) : known.has(id)))
      .map(([id, row]) => [id, digests[table]?.(row)] as const);
    expect([table, new Map(found)]).toEqual([table, new Map(expected)]);
  }
}

function withToken(digest: string): string {
  const [at = '', email = ''] = digest.split(' ');
  return `${at} ${testToken('email', email)}`;
}
