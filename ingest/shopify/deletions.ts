import type { JsonObject } from '../extract/json.ts';
import type { ReadContext, SourcePage, SourceRecord, Window } from '../extract/stream.ts';
import type { ShopifyClient } from './client.ts';
import { readRoot } from './paging.ts';
import { destroyedWithin } from './search.ts';
import { microsOf, textOf } from './tree.ts';

/** Tables that objects can be deleted from, by the type of an event's subject. */
const tableOf: Readonly<Record<string, string>> = {
  ORDER: 'orders',
  PRODUCT: 'products',
  PRODUCT_VARIANT: 'product_variants',
  CUSTOMER: 'customers',
};

/** Deletions that Shopify tells of by events. */
export async function* readDeletions(
  client: ShopifyClient,
  window: Window,
  context: ReadContext,
): AsyncGenerator<SourcePage> {
  const pages = readRoot(client, 'eventPage', 'events', { query: destroyedWithin(window) }, context);
  for await (const { items, ...page } of pages) {
    yield { ...page, records: items.flatMap(eventRecords) };
  }
}

/** Shopify drops a search term that it does not take, and sends everything: the action is looked at again here. */
function eventRecords(event: JsonObject): SourceRecord[] {
  const { id, action, subjectId, subjectType, createdAt } = event;
  const table = tableOf[textOf(subjectType)];
  const at = microsOf(createdAt);
  if (action !== 'destroy' || table === undefined || at === undefined || typeof subjectId !== 'string')
    return [];
  const object = {
    id: id ?? null,
    subjectId,
    subjectType: textOf(subjectType),
    createdAt: createdAt ?? null,
  };
  return deletionRecords(table, subjectId, at, { ...object, foundBy: 'event' });
}

/**
 * The object is gone, and a row that says since when. Events are stamped to the second, objects may be finer: a deletion
 * stands at the end of its second, since nothing follows it.
 */
export function deletionRecords(
  table: string,
  subjectId: string,
  atMicros: number,
  deletion: JsonObject,
): SourceRecord[] {
  return [
    { table, op: 'd', object: { id: subjectId }, versionMicros: Math.floor(atMicros / 1e6) * 1e6 + 999_999 },
    { table: 'deletions', op: 'u', object: deletion, versionMicros: atMicros },
  ];
}
