import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { Clock } from '../../lib/clock.ts';
import { inTransaction, withClient } from '../database.ts';
import type { Page, RateLimit, SaasApi, SaasRequest, SaasResponse } from '../saas/api.ts';
import { bearerToken, isSameSecret } from '../saas/auth.ts';
import { isObject } from '../saas/json.ts';
import type { JsonObject, JsonValue } from '../saas/json.ts';
import { findObject, listObjects } from './account.ts';
import type { AccountOptions } from './account.ts';
import { movements, refundFailure } from './balance.ts';
import { makeCollections } from './collections.ts';
import type { Collection } from './collections.ts';
import type { PlantText } from './free-text.ts';
import { objectId } from './object-id.ts';
import { readExpand, readListParams } from './params.ts';
import { createPayouts } from './payouts.ts';
import { badRequest, notFound, refusalResponse, unknownUrl } from './refusals.ts';

export interface StripeApiOptions {
  /** The shop's database, whose tables are the account's truth. */
  readonly shopUrl: string;
  readonly clock: Clock;
  /** What a client must send; see `setKey`. */
  readonly apiKey: string;
  /** The lists that the key may read; all unless given. */
  readonly scopes?: readonly string[];
  /** Stripe's own unless given. */
  readonly limits?: readonly RateLimit[];
  /** Now and then a customer's bank sends a refund back. Off, so that Stripe agrees with the shop to the cent. */
  readonly refundsMayFail?: boolean;
  /** Texts to find in free-text fields. */
  readonly plant?: PlantText;
}

/** A simulated Stripe account over a shop's database. */
export interface StripeApi extends SaasApi {
  /** Another key from now on: the old one is refused. */
  readonly setKey: (key: string) => void;
  /** Adds up payouts anew, after the past was changed by hand. */
  readonly forgetPayouts: () => void;
}

/** The version whose shapes are answered: the default of the `stripe` package that the tests hold them against. */
export const stripeVersion = '2026-10-28.endive';
const accountVersion = '2024-06-20';

const schemaFile = new URL('stripe.sql', import.meta.url);

/** An account whose charges are the shop's card payments. Nothing is opened before the first request. */
export function createStripeApi(options: StripeApiOptions): StripeApi {
  const { clock, refundsMayFail = false } = options;
  const collections = new Map(makeCollections(refundsMayFail).map((each) => [each.name, each]));
  const pool = openPool(options.shopUrl);
  const payouts = createPayouts(pool, refundsMayFail ? [...movements, refundFailure] : movements);
  const account = { pool, payouts, clock, refundsMayFail, accountVersion, plant: options.plant };
  const prepare = once(() => prepareShop(options.shopUrl));
  let key = options.apiKey;
  let requests = 0;
  const withHeaders = (response: SaasResponse): SaasResponse => {
    requests += 1;
    const headers = { 'request-id': objectId('req_', requests), 'stripe-version': stripeVersion };
    return { ...response, headers: { ...headers, ...response.headers } };
  };
  return {
    name: 'stripe',
    limits: options.limits ?? stripeLimits([...collections.keys()]),
    streamOf,
    authorise: (request) => {
      if (!isSameSecret(bearerToken(request), key)) return 'unauthorised';
      return options.scopes?.includes(streamOf(request)) === false ? 'forbidden' : undefined;
    },
    handle: async (request) => {
      await prepare();
      return withHeaders(await answer(account, collections, request));
    },
    refuse: (refusal, request) => withHeaders(refusalResponse(refusal, streamOf(request), request.query)),
    pageOf,
    cursorNames: ({ query }, id) => query.get('starting_after') === id || query.get('ending_before') === id,
    close: () => pool.end(),
    setKey: (next) => void (key = next),
    forgetPayouts: payouts.forget,
  };
}

/** 100 requests a second for the account, 25 for each list. */
function stripeLimits(names: readonly string[]): readonly RateLimit[] {
  const endpoints = names.map((name): RateLimit => ({
    name: 'endpoint-rate',
    perSecond: 25,
    burst: 25,
    appliesTo: (request) => streamOf(request) === name,
  }));
  return [{ name: 'global-rate', perSecond: 100, burst: 100 }, ...endpoints];
}

function streamOf({ path }: SaasRequest): string {
  return path.split('/')[2] ?? '';
}

async function answer(
  account: AccountOptions,
  collections: ReadonlyMap<string, Collection>,
  request: SaasRequest,
): Promise<SaasResponse> {
  const { method, path, headers, query } = request;
  const version = headers['stripe-version'];
  if (version !== undefined && version !== stripeVersion) {
    return badRequest(`Invalid Stripe API version: ${version}`).refused;
  }
  const [, root, name = '', id, ...rest] = path.split('/');
  const collection = collections.get(name);
  if (method !== 'GET' || root !== 'v1' || collection === undefined || rest.length > 0) {
    return unknownUrl(method, path);
  }
  const found =
    id === undefined ? await list(account, collection, query) : await get(account, collection, id, query);
  return 'refused' in found ? (found.refused as SaasResponse) : { status: 200, json: found };
}

type Found = JsonObject | { readonly refused: SaasResponse };

async function list(account: AccountOptions, collection: Collection, query: URLSearchParams): Promise<Found> {
  const params = readListParams(query, collection.filters);
  return 'refused' in params ? params : listObjects(account, collection, params);
}

async function get(
  account: AccountOptions,
  collection: Collection,
  id: string,
  query: URLSearchParams,
): Promise<Found> {
  const paths = readExpand(query, undefined);
  if ('refused' in paths) return paths;
  const found = await findObject(account, collection, id, paths);
  return found ?? { refused: notFound(collection.object, id) };
}

function pageOf(json: JsonValue): Page | undefined {
  if (!isObject(json) || json['object'] !== 'list' || !Array.isArray(json['data'])) return undefined;
  return {
    rows: json['data'] as readonly JsonObject[],
    replace: (rows, hasMore) => ({
      ...json,
      data: rows,
      ...(hasMore === undefined ? {} : { has_more: hasMore }),
    }),
  };
}

// Statistics of tables that were just loaded are missing, and every query here is a walk along an index.
const session =
  '-c search_path=public -c timezone=UTC -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off';

function openPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: 4,
    application_name: 'shopwave stripe',
    options: session,
  });
  // The server may go away while nothing is asked of it; the next request finds out.
  pool.on('error', () => {});
  return pool;
}

async function prepareShop(url: string): Promise<void> {
  const sql = await readFile(schemaFile, 'utf8');
  await withClient(url, (client) =>
    inTransaction(client, async () => {
      await client.query("select pg_advisory_xact_lock(hashtext('shopwave.shop-schema'))");
      await client.query(sql);
    }),
  );
}

/** Does it the first time; again after a failure. */
function once(work: () => Promise<void>): () => Promise<void> {
  let doing: Promise<void> | undefined;
  return () => {
    doing ??= work().catch((error: unknown) => {
      doing = undefined;
      throw error;
    });
    return doing;
  };
}
