import { recentDays } from './access.ts';
import type { ShopifyContext } from './context.ts';
import { gid } from './context.ts';
import { customerNode } from './customer-node.ts';
import type { Listing } from './listing.ts';
import { customerColumns, productColumns } from './loaders.ts';
import { orderNode } from './order-node.ts';
import { productNode, variantNode } from './product-node.ts';
import { branches, productBranch } from './relations.ts';
import { dateTime } from './rows.ts';
import type { CustomerRow, OrderRow, ProductRow } from './rows.ts';

/** Columns of an order, for looking one up too. */
const orderColumns = `o.id, o.order_number, o.customer_id, o.currency, o.status, o.is_test, o.ship_country,
  o.shipping_amount, o.placed_at, o.cancelled_at, o.updated_at`;

/** Without read_all_orders older orders are left out, and nothing in the answer says so. */
function recentOnly({ access, now }: ShopifyContext): string | undefined {
  if (access.scopes.includes('read_all_orders')) return undefined;
  const since = new Date(now.getTime() - recentDays * 86_400_000).toISOString();
  return `o.placed_at >= '${since}'::timestamptz`;
}

export const orderListing: Listing<OrderRow> = {
  field: 'orders',
  columns: orderColumns,
  branches: branches('orders', 'o'),
  id: 'o.id',
  sort: {
    ID: { column: 'o.id', type: 'bigint' },
    UPDATED_AT: { column: 'o.updated_at', type: 'timestamptz' },
    CREATED_AT: { column: 'o.placed_at', type: 'timestamptz' },
    PROCESSED_AT: { column: 'o.placed_at', type: 'timestamptz' },
  },
  search: {
    id: { column: 'o.id', type: 'id' },
    name: { column: 'o.order_number', type: 'text' },
    updated_at: { column: 'o.updated_at', type: 'time' },
    created_at: { column: 'o.placed_at', type: 'time' },
    processed_at: { column: 'o.placed_at', type: 'time' },
    customer_id: { column: 'o.customer_id', type: 'id' },
    test: { column: 'o.is_test', type: 'boolean' },
    // Orders of every status are listed here anyway.
    status: { column: '', type: 'any' },
  },
  always: recentOnly,
  node: orderNode,
};

export const customerListing: Listing<CustomerRow> = {
  field: 'customers',
  columns: customerColumns,
  branches: branches('customers', 'c'),
  id: 'c.id',
  sort: {
    ID: { column: 'c.id', type: 'bigint' },
    UPDATED_AT: { column: 'c.updated_at', type: 'timestamptz' },
    CREATED_AT: { column: 'c.created_at', type: 'timestamptz' },
  },
  search: {
    id: { column: 'c.id', type: 'id' },
    updated_at: { column: 'c.updated_at', type: 'time' },
    created_at: { column: 'c.created_at', type: 'time' },
    customer_date: { column: 'c.created_at', type: 'time' },
  },
  node: customerNode,
};

const productSearch: Listing<ProductRow>['search'] = {
  id: { column: 'p.id', type: 'id' },
  sku: { column: 'p.sku', type: 'text' },
  title: { column: 'p.title', type: 'text' },
  updated_at: { column: 'p.updated_at', type: 'time' },
  created_at: { column: 'p.created_at', type: 'time' },
};

export const productListing: Listing<ProductRow> = {
  field: 'products',
  columns: productColumns,
  branches: [productBranch],
  id: 'p.id',
  sort: {
    ID: { column: 'p.id', type: 'bigint' },
    UPDATED_AT: { column: 'p.updated_at', type: 'timestamptz' },
    CREATED_AT: { column: 'p.created_at', type: 'timestamptz' },
  },
  search: productSearch,
  node: productNode,
};

export const variantListing: Listing<ProductRow> = {
  field: 'productVariants',
  columns: productColumns,
  branches: [productBranch],
  id: 'p.id',
  sort: { ID: { column: 'p.id', type: 'bigint' } },
  search: { ...productSearch, product_id: { column: 'p.id', type: 'id' } },
  node: variantNode,
};

interface DestroyedRow {
  readonly id: string;
  readonly subject_type: string;
  readonly subject_id: string;
  readonly at: string;
}

const typeNames: Readonly<Record<string, string>> = {
  ORDER: 'Order',
  CUSTOMER: 'Customer',
  PRODUCT: 'Product',
};

export const eventListing: Listing<DestroyedRow> = {
  field: 'events',
  columns: 'e.id, e.subject_type, e.subject_id, e.at',
  branches: ["from (select *, 'destroy' as action from simulator.shopify_destroyed) e where true"],
  id: 'e.id',
  sort: {
    ID: { column: 'e.id', type: 'bigint' },
    CREATED_AT: { column: 'e.at', type: 'timestamptz' },
  },
  search: {
    id: { column: 'e.id', type: 'id' },
    action: { column: 'e.action', type: 'text' },
    subject_type: { column: 'e.subject_type', type: 'text' },
    created_at: { column: 'e.at', type: 'time' },
    comments: { column: '', type: 'any' },
  },
  // Events are kept for a year.
  always: ({ now }) => `e.at >= '${new Date(now.getTime() - 365 * 86_400_000).toISOString()}'::timestamptz`,
  node: (row) => {
    const type = typeNames[row.subject_type] ?? 'Node';
    return {
      __typename: 'BasicEvent',
      id: gid('BasicEvent', row.id),
      action: 'destroy',
      appTitle: null,
      author: 'ShopWave',
      createdAt: dateTime(row.at),
      message: `ShopWave deleted a ${type.toLowerCase()}.`,
      subject: null,
      subjectId: gid(type, row.subject_id),
      subjectType: row.subject_type,
    };
  },
};
