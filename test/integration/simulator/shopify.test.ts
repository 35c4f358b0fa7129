import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ShopifyAccess } from '../../../simulator/shopify/access.ts';
import { allScopes } from '../../../simulator/shopify/access.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/postgres.ts';
import { createMovableClock } from '../../support/saas-clock.ts';
import { prepareShop, startShopify } from '../../support/shopify-rig.ts';
import type { Answer, ShopifyRig } from '../../support/shopify-rig.ts';

const { clock, moveBy } = createMovableClock();
let db: TestDatabase;
let shop: Simulator;

beforeAll(async () => {
  db = await createTestDatabase();
  shop = await prepareShop(db.url, 3000, clock);
});
afterAll(() => db[Symbol.asyncDispose]());

const money = '{ shopMoney { amount currencyCode } }';
const ordersQuery = `query ($after: String) {
  orders(first: 100, after: $after, sortKey: UPDATED_AT, query: "updated_at:>=2000-01-01") {
    pageInfo { hasNextPage endCursor }
    nodes {
      id name updatedAt displayFinancialStatus customer { id }
      totalPriceSet ${money} totalRefundedSet ${money} totalReceivedSet ${money}
      lineItems(first: 100) { nodes { id sku quantity currentQuantity discountedTotalSet ${money} } }
      transactions { id kind status amountSet ${money} }
      refunds { id totalRefundedSet ${money} refundLineItems(first: 50) { nodes { quantity subtotalSet ${money} } }
        transactions(first: 5) { nodes { amountSet ${money} } } }
      fulfillments { id status }
    }
  }
}`;

interface Set {
  readonly shopMoney: { readonly amount: string };
}
interface OrderNode {
  readonly id: string;
  readonly name: string;
  readonly updatedAt: string;
  readonly customer: { readonly id: string } | null;
  readonly totalPriceSet: Set;
  readonly totalReceivedSet: Set;
  readonly totalRefundedSet: Set;
  readonly lineItems: {
    readonly nodes: readonly { readonly sku: string; readonly currentQuantity: number }[];
  };
  readonly transactions: readonly { readonly id: string; readonly amountSet: Set }[];
  readonly refunds: readonly { readonly id: string; readonly totalRefundedSet: Set }[];
  readonly fulfillments: readonly { readonly id: string }[];
}

const amount = (set: Set): string => set.shopMoney.amount;
const keyOf = (id: string): number => Number(id.split('/').at(-1));
const isOwn = ({ id }: { readonly id: string }): boolean => keyOf(id) >= 50_000_000_000;

function nodesOf(
  { data }: Answer,
  field: string,
): readonly (Readonly<Record<string, unknown>> & { readonly id: string })[] {
  const page = data?.[field];
  if (typeof page !== 'object' || page === null || !('nodes' in page)) throw new Error(`no page of ${field}`);
  return page.nodes as ReturnType<typeof nodesOf>;
}

async function readOrders(rig: ShopifyRig): Promise<readonly OrderNode[]> {
  return (await rig.all(ordersQuery, 'orders')) as unknown as readonly OrderNode[];
}

/** What the shop says of its web orders, in the same words. */
const shopSql = `select 'gid://shopify/Order/' || o.id as id, o.order_number as name,
    'gid://shopify/Customer/' || o.customer_id as customer,
    (o.shipping_amount + (select coalesce(sum(round(quantity * unit_price, 2) - discount_amount + tax_amount), 0)
      from order_lines l where l.order_id = o.id))::text as total,
    (select coalesce(sum(amount), 0)::numeric(12,2) from payments p
      where p.order_id = o.id and kind = 'capture' and status = 'succeeded')::text as received,
    (select coalesce(sum(amount), 0)::numeric(12,2) from refunds r where r.order_id = o.id)::text as refunded,
    (select coalesce(sum(quantity), 0) from order_lines l where l.order_id = o.id)
      - (select coalesce(sum(c.quantity), 0) from cancellation_lines c join order_lines l on l.id = c.order_line_id
         where l.order_id = o.id)
      - (select coalesce(sum(r.quantity), 0) from refund_lines r join order_lines l on l.id = r.order_line_id
         where l.order_id = o.id) as units,
    (select array_agg('gid://shopify/OrderTransaction/' || id || ' ' || amount order by id) from payments p
      where p.order_id = o.id) as transactions,
    (select array_agg('gid://shopify/Refund/' || id || ' ' || amount order by id) from refunds r
      where r.order_id = o.id) as refunds,
    (select count(*)::int from shipments s where s.order_id = o.id) as fulfillments
  from orders o where channel = 'web' order by o.id`;

function told(order: OrderNode): Readonly<Record<string, unknown>> {
  const list = (texts: readonly string[]): readonly string[] | null => (texts.length === 0 ? null : texts);
  return {
    id: order.id,
    name: order.name,
    customer: order.customer?.id ?? null,
    total: amount(order.totalPriceSet),
    received: amount(order.totalReceivedSet),
    refunded: amount(order.totalRefundedSet),
    units: String(order.lineItems.nodes.reduce((sum, line) => sum + line.currentQuantity, 0)),
    transactions: list(order.transactions.map((each) => `${each.id} ${amount(each.amountSet)}`)),
    refunds: list(order.refunds.map((each) => `${each.id} ${amount(each.totalRefundedSet)}`)),
    fulfillments: order.fulfillments.length,
  };
}

test('every web order of the shop is there to the cent after live traffic, and some that only Shopify has', async () => {
  await using rig = await startShopify({ url: db.url, clock });
  await rig.api.prepare();
  shop.start();
  while (shop.stats().committed < 150) await clock.sleep(20);
  await shop.stop();
  const orders = await readOrders(rig);
  const shared = orders
    .filter((each) => !isOwn(each))
    .toSorted((one, other) => keyOf(one.id) - keyOf(other.id));
  const { rows } = await db.pool.query<Record<string, unknown>>(shopSql);
  expect(shared.map(told)).toEqual(rows);
  expect(rows.length).toBeGreaterThan(500);

  const own = orders.filter(isOwn);
  expect(own.length).toBeGreaterThan(10);
  expect(own.every((each) => /^#\d+$/.test(each.name) && isOwn(each.customer ?? { id: '0' }))).toBe(true);
  const skus = new Set(
    (await db.pool.query<{ sku: string }>('select sku from products')).rows.map((row) => row.sku),
  );
  expect(own.flatMap((each) => each.lineItems.nodes).every((line) => skus.has(line.sku))).toBe(true);
  const times = orders.map((each) => each.updatedAt);
  expect(times).toEqual(times.toSorted());

  const customers = await rig.all(
    'query ($after: String) { customers(first: 250, after: $after) { pageInfo { hasNextPage endCursor } nodes { id email updatedAt } } }',
    'customers',
  );
  const known = new Map(customers.map((each) => [String(each['id']), each['email']]));
  expect(orders.every((each) => each.customer === null || known.has(each.customer.id))).toBe(true);
  const shopCustomer = await db.pool.query<{ email: string }>('select email from customers where id = 5');
  expect(known.get('gid://shopify/Customer/5')).toBe(shopCustomer.rows[0]?.email);
});

test('an order that changes while pages are read comes again at the end, and none is lost', async () => {
  await using rig = await startShopify({ url: db.url, clock });
  const page = `query ($after: String) { orders(first: 50, after: $after, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor } nodes { id updatedAt } } }`;
  const first = (await rig.ask(page)).data?.['orders'] as {
    readonly nodes: readonly { readonly id: string }[];
  };
  const changed = first.nodes.find((node) => !isOwn(node))?.id ?? '';
  const seen = (await rig.all(page, 'orders')).map((node) => String(node['id']));
  await db.pool.query("update orders set updated_at = $2, ship_country = 'DE' where id = $1", [
    keyOf(changed),
    clock.now(),
  ]);
  const again = (await rig.all(page, 'orders')).map((node) => String(node['id']));
  expect(again.toSorted()).toEqual(seen.toSorted());
  expect(new Set(again).size).toBe(again.length);
  expect(again.indexOf(changed)).toBeGreaterThan(seen.length - 5);
  // Several orders of one moment, more than a page of them.
  await db.pool.query('update orders set updated_at = $1 where id between 100 and 130', [clock.now()]);
  const narrow = page.replace('first: 50', 'first: 4, query: "id:>=100 id:<=130"');
  const sameMoment = (await rig.all(narrow, 'orders')).map((node) => keyOf(String(node['id'])));
  const { rows } = await db.pool.query<{ id: string }>(
    "select id from orders where id between 100 and 130 and channel = 'web' order by id",
  );
  expect(sameMoment).toEqual(rows.map((row) => Number(row.id)));
  const window = `updated_at:>='${new Date(clock.now().getTime() - 60_000).toISOString()}'`;
  const recent = await rig.ask('query ($q: String) { orders(first: 250, query: $q) { nodes { id } } }', {
    q: window,
  });
  expect(nodesOf(recent, 'orders').map((node) => node.id)).toContain(changed);
});

test('what the app may not see is cut silently, nulled with an error, or refused, as each right has it', async () => {
  let access: ShopifyAccess = { scopes: allScopes, customerData: 'full' };
  await using rig = await startShopify({ url: db.url, clock, access: () => access });
  const oldest = async (): Promise<number> => {
    const answer = await rig.ask('{ orders(first: 1, sortKey: CREATED_AT) { nodes { id createdAt } } }');
    expect(answer.errors).toEqual([]);
    const [node] = nodesOf(answer, 'orders');
    return (clock.now().getTime() - Date.parse(String(node?.['createdAt']))) / 86_400_000;
  };
  expect(await oldest()).toBeGreaterThan(300);
  access = { ...access, scopes: ['read_orders', 'read_products', 'read_customers'] };
  expect(await oldest()).toBeLessThan(60.01);

  access = { scopes: allScopes, customerData: 'without-personal-fields' };
  const masked = await rig.ask(
    '{ customers(first: 2) { nodes { id email defaultEmailAddress { emailAddress } } } }',
  );
  expect(masked.status).toBe(200);
  expect(masked.data).toMatchObject({
    customers: { nodes: [{ email: null, defaultEmailAddress: null }, {}] },
  });
  expect(masked.errors[0]).toMatchObject({
    extensions: { code: 'ACCESS_DENIED' },
    path: ['customers', 'nodes', 0, 'email'],
  });

  access = { scopes: ['read_orders'], customerData: 'full' };
  const denied = await rig.ask('{ products(first: 1) { nodes { id } } }');
  expect([denied.status, denied.data]).toEqual([200, null]);
  expect(denied.errors[0]?.message).toBe(
    'Access denied for products field. Required access: `read_products` access scope.',
  );
  const response = await fetch(`${rig.host.url('shopify')}/admin/api/2026-10/graphql.json`, {
    method: 'POST',
    body: '{}',
  });
  expect(response.status).toBe(401);
});

test('points are taken as asked for and given back as used; without enough of them a query is throttled', async () => {
  await using rig = await startShopify({
    url: db.url,
    clock,
    cost: { restoreRate: 1, maximumAvailable: 200 },
  });
  const query = 'query ($n: Int!) { orders(first: $n, query: "id:0") { nodes { id } } }';
  const { extensions } = await rig.ask(query, { n: 100 });
  expect(extensions.cost).toMatchObject({ requestedQueryCost: 12, actualQueryCost: 2 });
  expect(extensions.cost['throttleStatus']).toEqual({
    maximumAvailable: 200,
    currentlyAvailable: 198,
    restoreRate: 1,
  });
  const large = 'query { orders(first: 250) { nodes { id lineItems(first: 100) { nodes { id } } } } }';
  const throttled = await rig.ask(large);
  expect([throttled.status, throttled.data, throttled.errors[0]?.extensions['code']]).toEqual([
    200,
    undefined,
    'THROTTLED',
  ]);
  const huge = await rig.ask(
    large.replace(
      'id lineItems',
      'id a: lineItems(first: 250) { nodes { id product { id } variant { id } } } b: lineItems(first: 250) { nodes { id product { id } variant { id } } } lineItems',
    ),
  );
  expect(huge.errors[0]?.extensions['code']).toBe('MAX_COST_EXCEEDED');
  const unbounded = await rig.ask('{ orders { nodes { id } } }');
  expect(unbounded.errors[0]?.message).toMatch(/first or last/);
  const ignored = await rig.ask('{ products(first: 1, query: "colour:red") { nodes { id } } }');
  expect(ignored.extensions.search?.[0]).toMatchObject({
    path: ['products'],
    warnings: [{ field: 'colour' }],
  });
});

test('a deleted order is in no answer, and an event says when it went; some of Shopify’s own go by themselves', async () => {
  await using rig = await startShopify({ url: db.url, clock });
  const events = `query ($after: String) { events(first: 50, after: $after, query: "action:destroy subject_type:ORDER") {
    pageInfo { hasNextPage endCursor } nodes { ... on BasicEvent { action subjectId subjectType createdAt } } } }`;
  const before = await rig.all(events, 'events');
  await rig.api.destroy('ORDER', '7');
  const { data } = await rig.ask(
    '{ order(id: "gid://shopify/Order/7") { id } nodes(ids: ["gid://shopify/Order/7"]) { id } }',
  );
  expect(data).toEqual({ order: null, nodes: [null] });
  const after = await rig.all(events, 'events');
  expect(after.slice(before.length)).toMatchObject([
    { action: 'destroy', subjectId: 'gid://shopify/Order/7', subjectType: 'ORDER' },
  ]);
  moveBy(10 * 86_400_000);
  const later = await rig.all(events, 'events');
  const own = later.map((each) => ({ id: String(each['subjectId']) })).filter(isOwn);
  expect(own.length).toBeGreaterThan(5);
  const left = await rig.ask('query ($id: ID!) { order(id: $id) { id } }', { id: own[0]?.id });
  expect(left.data).toEqual({ order: null });
});

test('free text is what a test plants', async () => {
  await using rig = await startShopify({ url: db.url, clock, plant: (path) => `canary ${path}` });
  const { data } =
    await rig.ask(`{ orders(first: 1, sortKey: ID) { nodes { note tags customAttributes { value }
    metafields(first: 1) { nodes { value } } lineItems(first: 1) { nodes { title } }
    transactions { receiptJson accountNumber } } } customers(first: 1) { nodes { note } } }`);
  expect(data).toMatchObject({
    orders: {
      nodes: [
        {
          note: 'canary Order.note',
          tags: ['canary Order.tags'],
          customAttributes: [{}, { value: 'canary Order.customAttributes' }],
          metafields: { nodes: [{ value: 'canary Order.metafields' }] },
          lineItems: { nodes: [{ title: 'canary LineItem.title' }] },
        },
      ],
    },
    customers: { nodes: [{ note: 'canary Customer.note' }] },
  });
  const versions = await rig.ask('{ shop { name } }', {}, '2025-04');
  expect(versions.headers.get('x-shopify-api-version')).toBe('2026-01');
});
