import type { JsonObject } from '../extract/json.ts';
import type { SourceRecord } from '../extract/stream.ts';
import { idOf, microsOf, omit, readList, readObject, textOf } from './tree.ts';

// Objects come here whole: their connections are plain lists.

/** An order and everything below it, one record a row. A child without a version of its own has the order's. */
export function orderRecords(order: JsonObject): SourceRecord[] {
  const version = microsOf(order['updatedAt']);
  const own = record(
    'orders',
    omit(order, ['lineItems', 'transactions', 'refunds', 'fulfillments']),
    version,
  );
  const orderId = order['id'];
  // Without its id an order goes to quarantine, and nothing can be said to belong to it.
  if (typeof orderId !== 'string') return [own];
  const child = (table: string, node: JsonObject, more: JsonObject = {}, at = version): SourceRecord =>
    record(table, { orderId, ...more, ...node }, at ?? version);
  const refunds = readList(order['refunds'], 'refunds');
  const fulfillments = readList(order['fulfillments'], 'fulfillments');
  return [
    own,
    ...readList(order['lineItems'], 'lineItems').map((line) => child('order_lines', line)),
    ...transactionsOf(order, refunds).map(([node, refundId]) => child('transactions', node, { refundId })),
    ...refunds.map((refund) =>
      child('refunds', omit(refund, ['refundLineItems', 'transactions']), {}, microsOf(refund['updatedAt'])),
    ),
    ...below(refunds, 'refundLineItems').map(([line, refund]) =>
      child('refund_lines', withId(line, idOf(refund, 'refunds')), { refundId: refund['id'] ?? null }),
    ),
    ...fulfillments.map((each) =>
      child('fulfillments', omit(each, ['fulfillmentLineItems']), {}, microsOf(each['updatedAt'])),
    ),
    ...below(fulfillments, 'fulfillmentLineItems').map(([line, fulfillment]) =>
      child('fulfillment_lines', line, { fulfillmentId: fulfillment['id'] ?? null }),
    ),
  ];
}

/** The lines of an order that came apart from it. */
export function orderLineRecord(
  line: JsonObject,
  orderId: string,
  version: number | undefined,
): SourceRecord {
  return record('order_lines', { orderId, ...line }, version);
}

/** A product and its variants. */
export function productRecords(product: JsonObject): SourceRecord[] {
  const version = microsOf(product['updatedAt']);
  const own = record('products', omit(product, ['variants']), version);
  const productId = product['id'];
  if (typeof productId !== 'string') return [own];
  return [
    own,
    ...readList(product['variants'], 'variants').map((each) => variantRecord(each, productId, version)),
  ];
}

/** A variant that came apart from its product. */
export function variantRecord(
  variant: JsonObject,
  productId: string,
  version: number | undefined,
): SourceRecord {
  return record('product_variants', { productId, ...variant }, microsOf(variant['updatedAt']) ?? version);
}

export function customerRecords(customer: JsonObject): SourceRecord[] {
  return [record('customers', customer, microsOf(customer['updatedAt']))];
}

/** An order's transactions with the refund that each belongs to. What a refund names and the order does not is kept. */
function transactionsOf(
  order: JsonObject,
  refunds: readonly JsonObject[],
): Array<readonly [JsonObject, string | null]> {
  const ofRefunds = below(refunds, 'transactions');
  const refundOf = new Map(ofRefunds.map(([node, refund]) => [node['id'], idOf(refund, 'refunds')]));
  const own = readList(order['transactions'], 'transactions');
  const known = new Set(own.map((node) => node['id']));
  const others = ofRefunds.map(([node]) => node).filter((node) => !known.has(node['id']));
  return [...own, ...others].map((node) => [node, refundOf.get(node['id']) ?? null]);
}

/** The schema lets a refunded line be without an id; it is then told apart by what it refunds, and how. */
function withId(line: JsonObject, refundId: string): JsonObject {
  if (typeof line['id'] === 'string') return line;
  const lineItem = idOf(readObject(line['lineItem'], 'lineItem'), 'lineItem');
  return { ...line, id: `${refundId}/${lineItem}/${textOf(line['restockType'])}` };
}

function below(owners: readonly JsonObject[], field: string): Array<readonly [JsonObject, JsonObject]> {
  return owners.flatMap((owner) => readList(owner[field], field).map((node) => [node, owner] as const));
}

function record(table: string, object: JsonObject, versionMicros: number | undefined): SourceRecord {
  return { table, op: 'u', object, ...(versionMicros === undefined ? {} : { versionMicros }) };
}
