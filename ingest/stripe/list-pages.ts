import type { JsonObject } from '../extract/json.ts';
import { readPages } from '../extract/pager.ts';
import type { PageStep } from '../extract/pager.ts';
import type { Window } from '../extract/stream.ts';
import { idOf, shapeUnknown } from './stripe-api.ts';
import type { Query, StripeApi, StripePage } from './stripe-api.ts';

/** A page while it is paged through. */
export type ListStep = PageStep<JsonObject> & Pick<StripePage, 'reply'>;

/** More pages than a month of the largest account has. */
const maxPages = 200_000;

/** So many objects in a row may be deleted while their list is read. */
const anchorsKept = 1000;

/** A list's condition on when its objects were created; the bounds stay the same from page to page. */
export function createdWithin({ fromMs, toMs }: Window): Query {
  return [
    ['created[gte]', String(fromMs / 1000)],
    ['created[lt]', String(toMs / 1000)],
  ];
}

/** Pages through a list, newest first. */
export function listPages(
  api: StripeApi,
  path: string,
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<ListStep> {
  // Ids of the last pages, last one first: where one is deleted, the one before it leads to the same place.
  let anchors: readonly string[] = [];
  const read = async (): Promise<ListStep> => {
    const page = await readAfter(api, path, query, anchors, signal);
    const ids = page.data.flatMap((object) => idOf(object) ?? []).reverse();
    anchors = [...ids, ...anchors].slice(0, anchorsKept);
    if (page.hasMore && page.data.length > 0 && idOf(page.data.at(-1)) === undefined)
      throw shapeUnknown(path);
    // An empty page has no cursor: the pager is told of one, so that it can refuse "more" after nothing.
    return {
      items: page.data,
      next: page.hasMore ? (ids[0] ?? 'nothing') : undefined,
      reply: page.reply,
    };
  };
  const identify = (item: JsonObject): string => idOf(item) ?? JSON.stringify(item);
  return readPages<JsonObject, ListStep>({ stream: path, read, identify, maxPages });
}

async function readAfter(
  api: StripeApi,
  path: string,
  query: Query,
  anchors: readonly string[],
  signal: AbortSignal,
): Promise<StripePage> {
  for (const anchor of anchors) {
    const page = await api.list(path, [...query, ['starting_after', anchor]], signal);
    if (page !== 'gone') return page;
  }
  // Nothing read yet, or too much was deleted: from the top; what was read already is left out.
  const page = await api.list(path, query, signal);
  if (page === 'gone') throw shapeUnknown(path);
  return page;
}
