import type { HttpClient } from '../extract/http-client.ts';
import type { JsonObject } from '../extract/json.ts';
import { readPages } from '../extract/pager.ts';
import type { ReadContext } from '../extract/stream.ts';
import { readListPage } from './shapes.ts';

/** A list in cursor pagination. */
export interface ListOptions {
  readonly path: string;
  /** Name of the rows in the answer. */
  readonly rows: string;
  /** Filters, ready for a URL. */
  readonly query?: string;
}

/** "Pagination": cursor pagination takes up to a hundred a page. */
const pageSize = 100;
const maxPages = 100_000;

interface ListedPage {
  readonly items: readonly JsonObject[];
  readonly sha256: string;
  readonly requests: number;
  readonly sentAtMicros: number;
}

/** All pages of a list. */
export async function* readList(
  http: HttpClient,
  { path, rows, query }: ListOptions,
  context: ReadContext,
): AsyncGenerator<ListedPage> {
  yield* readPages({
    stream: rows,
    identify: (row: JsonObject) => JSON.stringify([row['id'], row['updated_at']]),
    maxPages,
    read: async (cursor) => {
      const parts = [
        `page[size]=${pageSize}`,
        cursor === undefined ? undefined : `page[after]=${encodeURIComponent(cursor)}`,
        query,
      ].filter((each) => each !== undefined);
      const url = `${path}?${parts.join('&')}`;
      const reply = await http.request(
        { method: 'GET', path: url, purpose: `list of ${rows}` },
        context.signal,
      );
      const { sha256, requests, sentAtMicros } = reply;
      return { ...readListPage(reply.body, rows), sha256, requests, sentAtMicros };
    },
  });
}
