import type { ApiReply } from '../extract/api-profile.ts';
import type { HttpClient } from '../extract/http-client.ts';
import { isJsonObject } from '../extract/json.ts';
import type { JsonObject, JsonValue } from '../extract/json.ts';
import type { ReadContext } from '../extract/stream.ts';
import { shopifyApiVersion, shopifyDocuments } from './documents.ts';
import type { ShopifyDocument } from './documents.ts';
import { shopifyErrors } from './errors.ts';
import { errorCodes, tooCostly } from './profile.ts';
import { readCost } from './throttle.ts';
import { readObject } from './tree.ts';

/** An answer's data, and what is written of its request. */
export interface ShopifyAnswer extends Pick<ApiReply, 'sha256' | 'sentAtMicros' | 'requests'> {
  readonly data: JsonObject;
}

export type Variables = Readonly<Record<string, JsonValue>>;

/** Sends the documents of {@link shopifyDocuments}. Sizes of pages shrink when Shopify finds a query too costly. */
export interface ShopifyClient {
  readonly ask: (
    document: ShopifyDocument,
    variables: Variables,
    context: ReadContext,
  ) => Promise<ShopifyAnswer>;
}

export interface PageSizes {
  /** Objects of a page. */
  readonly first: number;
  /** Of each inner connection; what is beyond is read by further requests. */
  readonly inner: number;
}

const defaultSizes: PageSizes = { first: 50, inner: 20 };

/** Builds a client on the shared one. */
export function createShopifyClient(http: HttpClient, sizes: PageSizes = defaultSizes): ShopifyClient {
  // Remembered per document: what the query is known to cost, and the largest pages that Shopify took.
  const costs = new Map<ShopifyDocument, number>();
  const fitting = new Map<ShopifyDocument, PageSizes>();
  return {
    ask: async (document, variables, context) => {
      let spent = 0;
      for (;;) {
        const size = fitting.get(document) ?? sizes;
        const reply = await http.request(
          {
            method: 'POST',
            path: `/admin/api/${shopifyApiVersion}/graphql.json`,
            purpose: document,
            body: { query: shopifyDocuments[document], variables: sized(document, variables, size) },
            cost: costs.get(document) ?? 1,
          },
          context.signal,
        );
        spent += reply.requests;
        noteVersion(reply.headers, context);
        noteSearch(document, reply.body, context);
        const cost = readCost(reply.body);
        if (cost !== undefined) costs.set(document, cost.requested);
        if (!errorCodes(reply.body).includes(tooCostly)) return answer(document, reply, spent);
        fitting.set(document, smaller(document, variables, size));
        costs.delete(document);
      }
    },
  };
}

/** Page sizes go in where the document declares them and the caller did not. */
function sized(document: ShopifyDocument, variables: Variables, { first, inner }: PageSizes): Variables {
  const text: string = shopifyDocuments[document];
  return {
    ...(text.includes('$first: Int!') ? { first } : {}),
    ...(text.includes('$inner: Int!') ? { inner } : {}),
    ...variables,
  };
}

/** Several ids at once are for the caller to split. */
function smaller(document: ShopifyDocument, { ids }: Variables, { first, inner }: PageSizes): PageSizes {
  const text: string = shopifyDocuments[document];
  const isSplit = !Array.isArray(ids) || ids.length === 1;
  if (text.includes('$first: Int!') && first > 1) return { first: Math.ceil(first / 2), inner };
  if (text.includes('$inner: Int!') && inner > 1 && isSplit) return { first, inner: Math.ceil(inner / 2) };
  throw shopifyErrors.error('SHOPIFY_QUERY_TOO_COSTLY', {
    message: `${document} costs more than one request may`,
    where: document,
  });
}

function answer(document: ShopifyDocument, reply: ApiReply, requests: number): ShopifyAnswer {
  const body = readObject(reply.body, document);
  const { sha256, sentAtMicros } = reply;
  return { data: readObject(body['data'], `${document}: data`), sha256, sentAtMicros, requests };
}

/** Shopify answers with the oldest version it still has when the one that was asked for is gone, and does not fail. */
function noteVersion(headers: Headers, { warn }: ReadContext): void {
  const version = headers.get('x-shopify-api-version');
  if (version !== null && version !== shopifyApiVersion) {
    warn('SHOPIFY_VERSION_UNEXPECTED', `asked for API version ${shopifyApiVersion}, answered by ${version}`);
  }
  const reason = headers.get('x-shopify-api-deprecated-reason');
  if (reason !== null) {
    warn('SHOPIFY_API_DEPRECATED', `version ${shopifyApiVersion} uses something deprecated: ${reason}`);
  }
}

/** Shopify drops a search term that it cannot read, and answers with more than was asked for. */
function noteSearch(document: ShopifyDocument, body: JsonValue, { warn }: ReadContext): void {
  const extensions = isJsonObject(body) ? body['extensions'] : undefined;
  if (!isJsonObject(extensions) || extensions['search'] === undefined) return;
  warn('SHOPIFY_SEARCH_IGNORED', `a search term of ${document} was ignored`);
}
