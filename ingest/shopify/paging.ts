import { extractErrors } from '../extract/errors.ts';
import type { JsonObject } from '../extract/json.ts';
import { readPages } from '../extract/pager.ts';
import type { ReadContext, SourcePage, SourceRecord } from '../extract/stream.ts';
import type { ShopifyAnswer, ShopifyClient, Variables } from './client.ts';
import type { ShopifyDocument } from './documents.ts';
import { readWhole } from './inner-pages.ts';
import type { InnerConnection } from './inner-pages.ts';
import { readConnection } from './tree.ts';

/** A page of a root connection. */
interface RootPage extends Omit<ShopifyAnswer, 'data'> {
  readonly items: readonly JsonObject[];
}

/** A window is at most a month, a page at least one object. */
const maxPages = 1_000_000;

/** Follows a root connection to its end. An object that a later page brings in a newer version is kept in both. */
export async function* readRoot(
  client: ShopifyClient,
  document: ShopifyDocument,
  root: string,
  variables: Variables,
  context: ReadContext,
): AsyncGenerator<RootPage> {
  const pages = readPages({
    stream: root,
    identify: (node: JsonObject) => JSON.stringify([node['id'], node['updatedAt']]),
    maxPages,
    read: async (cursor) => {
      const { data, ...facts } = await client.ask(document, { ...variables, after: cursor ?? null }, context);
      const { nodes, next } = readConnection(data[root], root);
      return { ...facts, items: nodes, next };
    },
  });
  for await (const page of pages) {
    // Cursors may go on while the rows do not.
    if (page.items.length === 0 && page.next !== undefined) throw repeated(root);
    yield page;
  }
}

function repeated(root: string): Error {
  const message = `a page of ${root} holds only what earlier pages held, and more is said to follow`;
  return extractErrors.error('EXTRACT_CURSOR_STUCK', { message, where: root });
}

/** How objects of a root connection become records. */
export interface ObjectKind {
  readonly root: 'orders' | 'products' | 'customers';
  readonly page: ShopifyDocument;
  readonly byId: ShopifyDocument;
  readonly ids: ShopifyDocument;
  readonly connections: readonly InnerConnection[];
  readonly records: (whole: JsonObject) => readonly SourceRecord[];
}

/** Objects of a search, page by page, each with everything below it. */
export async function* pageObjects(
  client: ShopifyClient,
  kind: ObjectKind,
  search: string,
  context: ReadContext,
): AsyncGenerator<SourcePage> {
  for await (const page of readRoot(client, kind.page, kind.root, { query: search }, context)) {
    yield await completePage(client, kind, page, context);
  }
}

/** A page's objects as records, after reading what their first inner pages left out. */
export async function completePage(
  client: ShopifyClient,
  kind: ObjectKind,
  page: RootPage,
  context: ReadContext,
): Promise<SourcePage> {
  const records: SourceRecord[] = [];
  let { requests } = page;
  for (const item of page.items) {
    const whole = await readWhole(client, item, kind.connections, context);
    requests += whole.requests;
    records.push(...kind.records(whole.node));
  }
  return { records, requests, sha256: page.sha256, sentAtMicros: page.sentAtMicros };
}
