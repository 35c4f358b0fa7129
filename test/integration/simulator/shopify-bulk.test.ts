import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import type { BulkFault } from '../../../simulator/shopify/bulk.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/postgres.ts';
import { createMovableClock } from '../../support/saas-clock.ts';
import { prepareShop, startShopify } from '../../support/shopify-rig.ts';
import type { ShopifyRig } from '../../support/shopify-rig.ts';

const { clock, moveBy } = createMovableClock();
let db: TestDatabase;

beforeAll(async () => {
  db = await createTestDatabase();
  await prepareShop(db.url, 1500, clock);
});
afterAll(() => db[Symbol.asyncDispose]());

interface Operation {
  readonly id: string;
  readonly status: string;
  readonly errorCode: string | null;
  readonly objectCount: string;
  readonly rootObjectCount: string;
  readonly fileSize: string;
  readonly url: string | null;
  readonly partialDataUrl: string | null;
}
type Line = Readonly<Record<string, string>>;

const query = '{ orders { edges { node { id lineItems { edges { node { id quantity } } } } } } }';
const runQuery = `mutation ($query: String!, $grouped: Boolean!) { bulkOperationRunQuery(query: $query, groupObjects: $grouped) {
  bulkOperation { id status } userErrors { code message } } }`;

async function start(
  rig: ShopifyRig,
  text = query,
  grouped = false,
): Promise<{ bulkOperation: Operation | null; userErrors: unknown[] }> {
  const { data } = await rig.ask(runQuery, { query: text, grouped });
  return data?.['bulkOperationRunQuery'] as { bulkOperation: Operation | null; userErrors: unknown[] };
}

async function ended(rig: ShopifyRig, id: string): Promise<Operation> {
  for (;;) {
    const { data } = await rig.ask(
      `query ($id: ID!) { bulkOperation(id: $id) { id status errorCode objectCount rootObjectCount fileSize url partialDataUrl } }`,
      { id },
    );
    const operation = data?.['bulkOperation'] as Operation;
    if (operation.status !== 'RUNNING' && operation.status !== 'CREATED') return operation;
    await systemClock.sleep(20);
  }
}

async function download(url: string | null): Promise<readonly Line[]> {
  const text = await (await fetch(url ?? '')).text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

test('a bulk operation brings what pages bring, children by their parents’ ids; its file expires', async () => {
  await using rig = await startShopify({ url: db.url, clock, bulk: { urlTtlMs: 3_600_000 } });
  const { bulkOperation, userErrors } = await start(rig);
  expect(userErrors).toEqual([]);
  const operation = await ended(rig, bulkOperation?.id ?? '');
  expect(operation).toMatchObject({ status: 'COMPLETED', errorCode: null, partialDataUrl: null });
  const lines = await download(operation.url);
  const orders = await rig.all(
    `query ($after: String) { orders(first: 100, after: $after) { pageInfo { hasNextPage endCursor }
      nodes { id lineItems(first: 100) { nodes { id quantity } } } } }`,
    'orders',
  );
  const expected = orders.flatMap((order) => {
    const { nodes } = order['lineItems'] as { readonly nodes: readonly object[] };
    return [{ id: order['id'] }, ...nodes.map((line) => ({ ...line, __parentId: order['id'] }))];
  });
  const sorted = (all: readonly unknown[]): readonly string[] =>
    all.map((each) => JSON.stringify(each)).toSorted();
  expect(sorted(lines)).toEqual(sorted(expected));
  expect([operation.objectCount, operation.rootObjectCount]).toEqual([
    String(lines.length),
    String(orders.length),
  ]);
  const places = new Map(lines.map((line, index) => [line['id'], index]));
  expect(lines.some((line, index) => (places.get(line['__parentId'] ?? '') ?? -1) > index)).toBe(true);

  const wrong = await fetch((operation.url ?? '').replace(/signature=\w+/, 'signature=0'));
  expect(wrong.status).toBe(400);
  moveBy(3_600_001);
  expect((await fetch(operation.url ?? '')).status).toBe(400);
});

test('an operation can fail half-way with partial data, and nothing runs that the API forbids', async () => {
  let fault: BulkFault | undefined = { outcome: 'TIMEOUT', afterRoots: 100 };
  await using rig = await startShopify({ url: db.url, clock, bulk: { fault: () => fault } });
  const failed = await ended(rig, (await start(rig)).bulkOperation?.id ?? '');
  expect(failed).toMatchObject({ status: 'FAILED', errorCode: 'TIMEOUT', url: null });
  const partial = await download(failed.partialDataUrl);
  expect(partial).toHaveLength(Number(failed.objectCount));
  expect(partial.length).toBeGreaterThan(100);

  fault = { outcome: 'stuck', afterRoots: 1 };
  const operations = await Promise.all(Array.from({ length: 5 }, () => start(rig)));
  expect((await start(rig)).userErrors).toMatchObject([{ code: 'OPERATION_IN_PROGRESS' }]);
  const stuck = operations[0]?.bulkOperation?.id ?? '';
  await rig.ask('mutation ($id: ID!) { bulkOperationCancel(id: $id) { userErrors { message } } }', {
    id: stuck,
  });
  expect((await ended(rig, stuck)).status).toBe('CANCELED');
  fault = undefined;
  expect((await start(rig, '{ shop { id } }')).userErrors).toMatchObject([{ code: 'INVALID' }]);

  const empty = await ended(
    rig,
    (await start(rig, '{ orders(query: "id:0") { edges { node { id } } } }')).bulkOperation?.id ?? '',
  );
  expect(empty).toMatchObject({ status: 'COMPLETED', objectCount: '0', url: null });

  // Another process marks what this one would leave behind.
  await using next = await startShopify({ url: db.url, clock });
  expect(await ended(next, operations[1]?.bulkOperation?.id ?? '')).toMatchObject({
    status: 'FAILED',
    errorCode: 'INTERNAL_SERVER_ERROR',
  });
});

test('an app without the scope has its operation fail as denied', async () => {
  await using rig = await startShopify({
    url: db.url,
    clock,
    access: () => ({ scopes: ['read_products'], customerData: 'full' }),
  });
  const denied = await ended(rig, (await start(rig)).bulkOperation?.id ?? '');
  expect(denied).toMatchObject({ status: 'FAILED', errorCode: 'ACCESS_DENIED', partialDataUrl: null });
});
