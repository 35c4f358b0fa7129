import { createHash } from 'node:crypto';
import type { JsonObject } from '../extract/json.ts';
import type { ReadContext, SourcePage, SourceRecord } from '../extract/stream.ts';
import { createAssembler } from './assemble.ts';
import type { Assembled, Parent } from './assemble.ts';
import { runBulk } from './bulk.ts';
import type { BulkOptions } from './bulk.ts';
import { readNodes } from './by-id.ts';
import type { ShopifyClient } from './client.ts';
import { shopifyBulkDocuments } from './documents.ts';
import { shopifyErrors } from './errors.ts';
import { orderListConnections, readWhole } from './inner-pages.ts';
import { customerRecords, orderLineRecord, orderRecords, productRecords, variantRecord } from './records.ts';
import { idOf, readList } from './tree.ts';

type BulkKind = keyof typeof shopifyBulkDocuments;

/** How the objects of a bulk result become records. */
interface BulkShape {
  readonly root: (node: JsonObject) => readonly SourceRecord[];
  readonly child: (node: JsonObject, parent: Parent) => SourceRecord;
}

const shapes: Readonly<Record<BulkKind, BulkShape>> = {
  orders: {
    root: (order) => orderRecords({ ...order, lineItems: [] }),
    child: (line, parent) => orderLineRecord(line, parent.id, parent.versionMicros),
  },
  products: {
    root: (product) => productRecords({ ...product, variants: [] }),
    child: (variant, parent) => variantRecord(variant, parent.id, parent.versionMicros),
  },
  customers: { root: customerRecords, child: (node) => ({ table: 'customers', op: 'u', object: node }) },
};

/** Lines that become one page. */
const linesAtOnce = 200;

/** All objects of a search by a bulk operation; throws SHOPIFY_BULK_UNUSABLE where another way has to be found. */
export async function* bulkObjects(
  client: ShopifyClient,
  kind: BulkKind,
  search: string,
  options: BulkOptions,
  context: ReadContext,
): AsyncGenerator<SourcePage> {
  const result = await runBulk(client, shopifyBulkDocuments[kind](search), options, context);
  const assembler = createAssembler();
  let { requests } = result;
  const pageOf = async (lines: readonly JsonObject[]): Promise<SourcePage> => {
    const items = lines.flatMap((line) => assembler.take(line));
    const whole = kind === 'orders' ? await completeOrders(client, items, context) : { items, requests: 0 };
    const page = {
      records: whole.items.flatMap((item) => recordsOf(shapes[kind], item)),
      sha256: createHash('sha256').update(JSON.stringify(lines)).digest('hex'),
      requests: requests + whole.requests,
      sentAtMicros: result.startedMicros,
    };
    requests = 0;
    return page;
  };
  let lines: JsonObject[] = [];
  for await (const line of result.lines) {
    lines.push(line);
    if (lines.length < linesAtOnce) continue;
    yield await pageOf(lines);
    lines = [];
  }
  if (lines.length > 0) yield await pageOf(lines);
  if (assembler.waiting() === 0) return;
  throw shopifyErrors.error('SHOPIFY_BULK_UNUSABLE', {
    message: `${assembler.waiting()} objects of a bulk result belong to none that it holds`,
    where: kind,
  });
}

function recordsOf(shape: BulkShape, { node, parent }: Assembled): readonly SourceRecord[] {
  return parent === undefined ? shape.root(node) : [shape.child(node, parent)];
}

/** Refunds and fulfillments came as ids: orders that have any are read for what is below them. */
async function completeOrders(
  client: ShopifyClient,
  items: readonly Assembled[],
  context: ReadContext,
): Promise<{ readonly items: readonly Assembled[]; readonly requests: number }> {
  const orders = items.filter(({ parent }) => parent === undefined).map(({ node }) => node);
  const ids = orders.filter(hasChildren).map((order) => idOf(order, 'orders'));
  const children = new Map<string, JsonObject>();
  let requests = 0;
  for await (const answer of readNodes(client, 'orderChildren', ids, context)) {
    requests += answer.requests;
    for (const node of answer.nodes) {
      // Deleted since: an event says so.
      if (node === null) continue;
      const whole = await readWhole(client, node, orderListConnections, context);
      requests += whole.requests;
      children.set(idOf(node, 'orders'), whole.node);
    }
  }
  const complete = ({ node, parent }: Assembled): Assembled =>
    parent === undefined
      ? { parent, node: { ...node, refunds: [], fulfillments: [], ...children.get(idOf(node, 'orders')) } }
      : { parent, node };
  return { requests, items: items.map(complete) };
}

function hasChildren(order: JsonObject): boolean {
  return ['refunds', 'fulfillments'].some((field) => readList(order[field], field).length > 0);
}
