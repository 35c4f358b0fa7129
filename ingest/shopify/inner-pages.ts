import { isJsonObject } from '../extract/json.ts';
import type { JsonObject, JsonValue } from '../extract/json.ts';
import { readPages } from '../extract/pager.ts';
import type { ReadContext } from '../extract/stream.ts';
import type { ShopifyClient } from './client.ts';
import type { ShopifyDocument } from './documents.ts';
import { shopifyErrors } from './errors.ts';
import { idOf, readConnection, readList } from './tree.ts';

/** Connections inside objects: where they are, and what reads their later pages by the owner's id. */
export interface InnerConnection {
  /** The list of owners inside the object; undefined: the object itself. */
  readonly list?: string;
  readonly field: string;
  readonly document: ShopifyDocument;
}

export const orderConnections: readonly InnerConnection[] = [
  { field: 'lineItems', document: 'moreLineItems' },
  { list: 'refunds', field: 'refundLineItems', document: 'moreRefundLines' },
  { list: 'refunds', field: 'transactions', document: 'moreRefundTransactions' },
  { list: 'refunds', field: 'refundShippingLines', document: 'moreRefundShipping' },
  { list: 'fulfillments', field: 'fulfillmentLineItems', document: 'moreFulfillmentLines' },
];
export const productConnections: readonly InnerConnection[] = [
  { field: 'variants', document: 'moreVariants' },
];
/** Those of orders whose lines are read apart. */
export const orderListConnections = orderConnections.filter(({ list }) => list !== undefined);

/** An object whose connections have become plain lists, and the requests that took. */
interface WholeNode {
  readonly node: JsonObject;
  readonly requests: number;
}

/** A thousand inner pages of twenty and more: beyond what Shopify takes into one order or product. */
const maxInnerPages = 1_000;

/** Reads what the first pages left out, and puts plain lists in the place of connections. */
export async function readWhole(
  client: ShopifyClient,
  node: JsonObject,
  connections: readonly InnerConnection[],
  context: ReadContext,
): Promise<WholeNode> {
  let whole = node;
  let requests = 0;
  const complete = async (owner: JsonObject, { field, document }: InnerConnection): Promise<JsonObject> => {
    const rest = await readRest(client, owner, field, document, context);
    requests += rest.requests;
    return { ...owner, [field]: rest.nodes };
  };
  for (const connection of connections) {
    const { list } = connection;
    if (list === undefined) whole = await complete(whole, connection);
    else {
      const owners: JsonObject[] = [];
      for (const owner of readList(whole[list], list)) owners.push(await complete(owner, connection));
      whole = { ...whole, [list]: owners };
    }
  }
  return { node: whole, requests };
}

async function readRest(
  client: ShopifyClient,
  owner: JsonObject,
  field: string,
  document: ShopifyDocument,
  context: ReadContext,
): Promise<{ readonly nodes: readonly JsonObject[]; readonly requests: number }> {
  const first = readConnection(owner[field], field);
  if (first.next === undefined) return { nodes: first.nodes, requests: 0 };
  const id = idOf(owner, field);
  const nodes = [...first.nodes];
  let requests = 0;
  const start = first.next;
  const pages = readPages({
    stream: field,
    identify: (node: JsonObject) => idOf(node, field),
    maxPages: maxInnerPages,
    read: async (cursor) => {
      const answer = await client.ask(document, { id, after: cursor ?? start }, context);
      requests += answer.requests;
      const { nodes: items, next } = pageOf(answer.data['node'], field);
      return { items, next };
    },
  });
  for await (const { items } of pages) nodes.push(...items);
  return { nodes, requests };
}

/** An owner that was deleted meanwhile takes its page with it: what was read of it would be a part. */
function pageOf(node: JsonValue | undefined, field: string): ReturnType<typeof readConnection> {
  if (isJsonObject(node)) return readConnection(node[field], field);
  throw shopifyErrors.error('SHOPIFY_OWNER_GONE', {
    message: `the owner of ${field} was deleted while they were read`,
    where: field,
  });
}
