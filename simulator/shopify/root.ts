import { allScopes, notApproved, requireScope } from './access.ts';
import type { ListArgs } from './connection.ts';
import { gid, identity, idOf } from './context.ts';
import type { ApiObject, ShopifyContext } from './context.ts';
import { shared } from './relations.ts';
import { countRows, findRow, listPage } from './listing.ts';
import type { ListedRow, Listing } from './listing.ts';
import { customerListing, eventListing, orderListing, productListing, variantListing } from './listings.ts';

type Resolver<Args> = (args: Args, context: ShopifyContext) => unknown;
interface ById {
  readonly id: string;
}

/** How an object is found by the number in its global id. */
const finders: Readonly<Record<string, (id: string, context: ShopifyContext) => Promise<unknown>>> = {
  Order: (id, context) => {
    requireScope(context.access, 'read_orders', 'order');
    return findRow(orderListing, id, context);
  },
  Product: (id, context) => {
    requireScope(context.access, 'read_products', 'product');
    return findRow(productListing, id, context);
  },
  ProductVariant: (id, context) => {
    requireScope(context.access, 'read_products', 'productVariant');
    return findRow(variantListing, id, context);
  },
  Customer: (id, context) => {
    requireScope(context.access, 'read_customers', 'customer');
    return findRow(customerListing, id, context);
  },
  Refund: (id, context) => findChild('Refund', id, context),
  Fulfillment: (id, context) => findChild('Fulfillment', id, context),
  BulkOperation: (id, context) => context.bulk.find(id, context),
};

const childrenOf = {
  Refund: { table: 'refunds', field: 'refunds' },
  Fulfillment: { table: 'shipments', field: 'fulfillments' },
} as const;

/** A child of an order that is an object of its own: found through the order it belongs to. */
async function findChild(
  type: keyof typeof childrenOf,
  id: string,
  context: ShopifyContext,
): Promise<ApiObject | null> {
  requireScope(context.access, 'read_orders', type.toLowerCase());
  const { table, field } = childrenOf[type];
  const { rows } = await context.db.query<{ order_id: string }>(
    `select order_id from ${shared(table)} c where id = $1`,
    [id],
  );
  const order = rows[0] === undefined ? null : await findRow(orderListing, rows[0].order_id, context);
  const list = (order as { readonly [name: string]: unknown } | null)?.[field] as
    | ((args: object) => Promise<readonly ApiObject[]>)
    | undefined;
  return (await list?.({}))?.find((child) => child.id === gid(type, id)) ?? null;
}

async function findNode(id: string, context: ShopifyContext, onlyType?: string): Promise<unknown> {
  const type = onlyType ?? /^gid:\/\/shopify\/(\w+)\//.exec(id)?.[1] ?? '';
  const number = idOf(type, id);
  return number === undefined ? null : ((await finders[type]?.(number, context)) ?? null);
}

const shop = {
  __typename: 'Shop',
  id: gid('Shop', 1),
  name: 'ShopWave',
  email: 'owner@shopwave.example',
  myshopifyDomain: 'shopwave.myshopify.com',
  currencyCode: 'USD',
  ianaTimezone: 'Etc/UTC',
  createdAt: '2020-01-01T00:00:00Z',
  plan: { publicDisplayName: 'Plus', shopifyPlus: true, partnerDevelopment: false },
};

function lists<Row extends ListedRow>(listing: Listing<Row>, scope: string | undefined): Resolver<ListArgs> {
  return (args, context) => {
    if (scope !== undefined) requireScope(context.access, scope, listing.field);
    return listPage(listing, args, context);
  };
}

const listCustomers = lists(customerListing, 'read_customers');

/** Resolvers of QueryRoot and Mutation, by field. */
export const rootValue = {
  orders: lists(orderListing, 'read_orders'),
  ordersCount: (args: { query?: string | null; limit?: number | null }, context: ShopifyContext) => {
    requireScope(context.access, 'read_orders', 'ordersCount');
    return countRows(orderListing, args, context);
  },
  order: ({ id }: ById, context: ShopifyContext) => findNode(id, context, 'Order'),
  products: lists(productListing, 'read_products'),
  product: ({ id }: ById, context: ShopifyContext) => findNode(id, context, 'Product'),
  productVariants: lists(variantListing, 'read_products'),
  customers: ((args, context) => {
    if (context.access.customerData === 'none') throw notApproved('access the Customer object');
    return listCustomers(args, context);
  }) satisfies Resolver<ListArgs>,
  customer: ({ id }: ById, context: ShopifyContext) => findNode(id, context, 'Customer'),
  events: lists(eventListing, undefined),
  node: ({ id }: ById, context: ShopifyContext) => findNode(id, context),
  nodes: ({ ids }: { readonly ids: readonly string[] }, context: ShopifyContext) =>
    ids.map((id) => findNode(id, context)),
  shop: () => shop,
  currentAppInstallation: (_: unknown, { access }: ShopifyContext) => ({
    ...identity('AppInstallation', '1'),
    accessScopes: allScopes
      .filter((scope) => access.scopes.includes(scope))
      .map((handle) => ({ handle, description: handle.replaceAll('_', ' ') })),
  }),
  bulkOperation: ({ id }: ById, context: ShopifyContext) => findNode(id, context, 'BulkOperation'),
  bulkOperations: (args: ListArgs, context: ShopifyContext) => context.bulk.list(args, context),
  currentBulkOperation: ({ type }: { readonly type: string }, context: ShopifyContext) =>
    type === 'QUERY' ? context.bulk.latest(context) : null,
  bulkOperationRunQuery: (
    { query, groupObjects }: { readonly query: string; readonly groupObjects: boolean },
    context: ShopifyContext,
  ) => context.bulk.run(query, groupObjects, context),
  bulkOperationCancel: ({ id }: ById, context: ShopifyContext) =>
    context.bulk.cancel(idOf('BulkOperation', id), context),
};
