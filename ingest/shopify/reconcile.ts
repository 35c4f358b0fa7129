import type { ReadContext, SourcePage, SourceRecord } from '../extract/stream.ts';
import { readNodes } from './by-id.ts';
import type { ShopifyClient } from './client.ts';
import { deletionRecords } from './deletions.ts';
import { shopifyErrors } from './errors.ts';
import { objectKinds } from './kinds.ts';
import type { KnownObjects } from './known.ts';
import { completePage, readRoot } from './paging.ts';
import type { ObjectKind } from './paging.ts';
import { idOf } from './tree.ts';

interface ReconcileOptions {
  readonly client: ShopifyClient;
  readonly known: KnownObjects;
  /** More of a table's objects than this share gone at once is a lost right, not deletions. */
  readonly maxDeletedShare: number;
}

/** A few deletions are plausible in however small a shop. */
const alwaysPlausible = 20;
const idsAPage = 250;
const subjectTypes = { orders: 'ORDER', products: 'PRODUCT', customers: 'CUSTOMER' } as const;

/**
 * Compares all ids that are visible with all that were landed: what is gone without an event is deleted, and what was
 * never landed is read. Each id that is gone is asked for once more, so that a page that shifted deletes nothing.
 */
export async function* reconcileIds(
  options: ReconcileOptions,
  context: ReadContext,
): AsyncGenerator<SourcePage> {
  for (const kind of Object.values(objectKinds)) yield* reconcileKind(options, kind, context);
}

async function* reconcileKind(
  options: ReconcileOptions,
  kind: ObjectKind,
  context: ReadContext,
): AsyncGenerator<SourcePage> {
  const { client, known } = options;
  // Read first: what is landed from now on cannot be taken for gone.
  const landed = await known.ids(kind.root);
  const unseen = new Set(landed);
  const unknown: string[] = [];
  let requests = 0;
  for await (const page of readRoot(client, kind.ids, kind.root, { first: idsAPage }, context)) {
    requests += page.requests;
    for (const node of page.items) {
      const id = idOf(node, kind.root);
      if (!landed.has(id)) unknown.push(id);
      unseen.delete(id);
    }
  }
  yield* readUnknown(client, kind, unknown, context);
  yield* confirmGone(options, kind, [...unseen], landed.size, requests, context);
}

async function* readUnknown(
  client: ShopifyClient,
  kind: ObjectKind,
  ids: readonly string[],
  context: ReadContext,
): AsyncGenerator<SourcePage> {
  for await (const { nodes, ...page } of readNodes(client, kind.byId, ids, context)) {
    yield await completePage(
      client,
      kind,
      { ...page, items: nodes.filter((node) => node !== null) },
      context,
    );
  }
}

async function* confirmGone(
  { client, maxDeletedShare }: ReconcileOptions,
  kind: ObjectKind,
  ids: readonly string[],
  landed: number,
  requestsBefore: number,
  context: ReadContext,
): AsyncGenerator<SourcePage> {
  let requests = requestsBefore;
  let gone = 0;
  for await (const answer of readNodes(client, 'existing', ids, context)) {
    const { nodes, ids: asked, ...page } = answer;
    const absent = asked.filter((_, index) => nodes[index] === null);
    gone += absent.length;
    if (gone > Math.max(alwaysPlausible, landed * maxDeletedShare))
      throw implausible(kind, ids.length, landed);
    const records = absent.flatMap((id) => foundGone(kind, id, page.sentAtMicros));
    yield { ...page, records, requests: page.requests + requests };
    requests = 0;
  }
}

function foundGone({ root }: ObjectKind, subjectId: string, atMicros: number): SourceRecord[] {
  const createdAt = new Date(Math.floor(atMicros / 1000)).toISOString();
  return deletionRecords(root, subjectId, atMicros, {
    id: `reconciled/${subjectId}`,
    subjectId,
    subjectType: subjectTypes[root],
    createdAt,
    foundBy: 'reconciliation',
  });
}

function implausible({ root }: ObjectKind, gone: number, landed: number): Error {
  return shopifyErrors.error('SHOPIFY_RECONCILE_IMPLAUSIBLE', {
    message: `${gone} of ${landed} ${root} that were landed are not visible any more`,
    where: root,
  });
}
