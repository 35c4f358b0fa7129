import type { Page, Refusal, SaasResponse } from '../saas/api.ts';
import { isObject } from '../saas/json.ts';
import type { JsonObject, JsonValue } from '../saas/json.ts';

/** State of the cost limit, as every answer carries it. */
export interface ThrottleStatus {
  readonly maximumAvailable: number;
  readonly currentlyAvailable: number;
  readonly restoreRate: number;
}

/** The `extensions.cost` of an answer. */
export function costOf(requested: number, actual: number | null, throttleStatus: ThrottleStatus): JsonObject {
  return { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus: { ...throttleStatus } };
}

/** A query refused for lack of points: status 200, no data. */
export function throttled(requested: number, status: ThrottleStatus): SaasResponse {
  return graphqlErrors([{ message: 'Throttled', code: 'THROTTLED' }], costOf(requested, null, status));
}

/** Errors without data, in GraphQL's form. */
export function graphqlErrors(
  errors: readonly { readonly message: string; readonly code: string }[],
  cost?: JsonObject,
): SaasResponse {
  const json: JsonObject = {
    errors: errors.map(({ message, code }) => ({
      message,
      extensions: { code, documentation: 'https://shopify.dev/api/usage/response-codes' },
    })),
    ...(cost === undefined ? {} : { extensions: { cost } }),
  };
  return { status: 200, json };
}

/** What the API says when it turns a request away before looking at it. */
export function refusal({ kind, retryAfterSeconds }: Refusal, status: ThrottleStatus): SaasResponse {
  switch (kind) {
    case 'rate-limited':
      // GraphQL says so in a 200. What makes clients wait for longer is the platform in front of it, which says 429.
      return retryAfterSeconds === undefined || retryAfterSeconds <= 1
        ? throttled(1, { ...status, currentlyAvailable: 0 })
        : {
            status: 429,
            headers: { 'retry-after': retryAfterSeconds.toFixed(1) },
            json: {
              errors:
                'Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service.',
            },
          };
    case 'unauthorised':
      return {
        status: 401,
        json: { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' },
      };
    case 'forbidden':
      return {
        status: 403,
        json: { errors: '[API] This action requires merchant approval for read_orders scope.' },
      };
    case 'server-error':
      return {
        ...graphqlErrors([
          {
            message: 'Internal error. Looks like something went wrong on our end.',
            code: 'INTERNAL_SERVER_ERROR',
          },
        ]),
        status: 500,
      };
    case 'unavailable':
      return { status: 503, text: 'Service Unavailable' };
    case 'cursor-gone':
      return graphqlErrors([
        { message: 'Invalid cursor for current pagination sort.', code: 'INVALID_CURSOR' },
      ]);
  }
}

/** The connection at the root of an answer, as a page of rows. */
export function pageOfAnswer(json: JsonValue): Page | undefined {
  if (!isObject(json) || !isObject(json['data'])) return undefined;
  const { data } = json;
  for (const [field, connection] of Object.entries(data)) {
    if (!isObject(connection)) continue;
    const page = connectionPage(connection);
    if (page === undefined) continue;
    const put = (changed: JsonObject): JsonValue => ({ ...json, data: { ...data, [field]: changed } });
    return { rows: page.rows, replace: (rows, hasMore) => put(page.replace(rows, hasMore)) };
  }
  return undefined;
}

interface ConnectionPage {
  readonly rows: readonly JsonObject[];
  readonly replace: (rows: readonly JsonObject[], hasMore?: boolean) => JsonObject;
}

function connectionPage(connection: JsonObject): ConnectionPage | undefined {
  const { nodes, edges } = connection;
  const info = connection['pageInfo'];
  const pageInfo = (hasMore: boolean | undefined): JsonObject =>
    hasMore === undefined || !isObject(info) ? {} : { pageInfo: { ...info, hasNextPage: hasMore } };
  if (Array.isArray(nodes)) {
    return {
      rows: (nodes as readonly JsonValue[]).filter(isObject),
      replace: (rows, hasMore) => ({ ...connection, nodes: rows, ...pageInfo(hasMore) }),
    };
  }
  if (!Array.isArray(edges)) return undefined;
  const list = (edges as readonly JsonValue[]).filter(isObject);
  return {
    rows: list.map((edge) => edge['node']).filter(isObject),
    replace: (rows, hasMore) => ({
      ...connection,
      edges: rows.map((node, index) => ({ ...list[Math.min(index, list.length - 1)], node })),
      ...pageInfo(hasMore),
    }),
  };
}
