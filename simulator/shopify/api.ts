import { formatError } from 'graphql';
import pg from 'pg';
import type { Clock } from '../../lib/clock.ts';
import type { SaasApi, SaasRequest, SaasResponse } from '../saas/api.ts';
import { isSameSecret } from '../saas/auth.ts';
import type { JsonValue } from '../saas/json.ts';
import { createTokenBucket } from '../saas/token-bucket.ts';
import type { TokenBucket } from '../saas/token-bucket.ts';
import { allScopes } from './access.ts';
import type { ShopifyAccess } from './access.ts';
import { costOf, graphqlErrors, pageOfAnswer, refusal, throttled } from './answers.ts';
import type { ThrottleStatus } from './answers.ts';
import { createBulkOperations } from './bulk.ts';
import type { BulkFault, BulkStore } from './bulk.ts';
import { readCall } from './call.ts';
import type { Call } from './call.ts';
import type { Plant, ShopifyContext } from './context.ts';
import { actualCost, requestedCost } from './cost.ts';
import { executeDocument, validationErrors } from './execute.ts';
import { createLoaders } from './loaders.ts';
import { createOwnWorld } from './own-world.ts';
import { currentVersions, versionHeaders } from './versions.ts';
import type { Versions } from './versions.ts';

/** A simulated Shopify shop. */
export interface ShopifyApiOptions {
  /** The shop's database, prepared by the simulator. The role may create tables and indexes. */
  readonly url: string;
  /** Decides what exists on Shopify alone; only the first time counts, as with the shop's own past. */
  readonly seed: number;
  readonly clock: Clock;
  /** What clients send as X-Shopify-Access-Token. */
  readonly accessToken: string;
  /** Asked for every request, so that it may change; everything unless given. */
  readonly access?: () => ShopifyAccess;
  /** Points a second, and at most; the limits of Shopify's largest plan unless given. */
  readonly cost?: { readonly restoreRate: number; readonly maximumAvailable: number };
  readonly versions?: () => Versions;
  readonly plant?: Plant;
  readonly bulk?: { readonly urlTtlMs?: number; readonly fault?: () => BulkFault | undefined };
  /** One order that only Shopify has for so many of the shop's past orders there: 40. */
  readonly ownOrderOneIn?: number;
  /** Time between two of them from now on: 20 s. */
  readonly ownOrderEveryMs?: number;
}

/** What can be deleted without a trace but an event. */
export type Destroyable = 'ORDER' | 'CUSTOMER' | 'PRODUCT';

/** The API, and what its shop's owner can do behind its back. */
export interface ShopifyApi extends SaasApi {
  /**
   * Creates what it keeps in the database; does nothing where that exists. The first request does it too, but indexes
   * on the shop's tables are better made before traffic starts.
   */
  readonly prepare: () => Promise<void>;
  /** Deletes an object for good: it is in no answer from now on, and an event says so. */
  readonly destroy: (type: Destroyable, id: string) => Promise<void>;
}

/** A single query may not cost more. */
const mostPerQuery = 1000;
const pathPattern = /^\/admin\/api\/([\w-]+)\/graphql\.json$/;
const filePattern = /^\/bulk\/(\d+)\.jsonl$/;

interface Server {
  readonly options: ShopifyApiOptions;
  readonly pool: pg.Pool;
  readonly bulk: BulkStore;
  readonly points: TokenBucket;
  readonly status: () => ThrottleStatus;
}

/** Shopify's Admin GraphQL API over the simulated shop; mounted as `shopify`. */
export function createShopifyApi(options: ShopifyApiOptions): ShopifyApi {
  const { url, seed, clock } = options;
  const pool = openPool(url);
  const cost = options.cost ?? { restoreRate: 2000, maximumAvailable: 40_000 };
  const rate = { perSecond: cost.restoreRate, burst: cost.maximumAvailable };
  const points = createTokenBucket(rate, clock.monotonicMs);
  const world = createOwnWorld({
    url,
    seed,
    clock,
    oneIn: options.ownOrderOneIn,
    everyMs: options.ownOrderEveryMs,
  });
  const bulk = createBulkOperations({
    pool,
    clock,
    whileStill: world.whileStill,
    urlTtlMs: options.bulk?.urlTtlMs,
    fault: options.bulk?.fault,
  });
  const status = (): ThrottleStatus => ({
    maximumAvailable: cost.maximumAvailable,
    currentlyAvailable: Math.floor(points.available()),
    restoreRate: cost.restoreRate,
  });
  const server: Server = { options, pool, bulk, points, status };
  let recovered: Promise<void> | undefined;
  const ready = async (): Promise<void> => {
    await world.catchUp();
    await (recovered ??= bulk.recover());
  };
  return {
    name: 'shopify',
    limits: [],
    streamOf,
    authorise: ({ path, headers }) =>
      filePattern.test(path) || isSameSecret(headers['x-shopify-access-token'], options.accessToken)
        ? undefined
        : 'unauthorised',
    handle: async (request) => {
      await ready();
      return await world.whileStill(() => answer(server, request));
    },
    refuse: (refused) => refusal(refused, status()),
    pageOf: pageOfAnswer,
    prepare: ready,
    destroy: async (type, id) => {
      await ready();
      await pool.query(
        `insert into simulator.shopify_destroyed (subject_type, subject_id, at) values ($1, $2, $3)
         on conflict do nothing`,
        [type, id, clock.now()],
      );
    },
    close: async () => {
      await bulk.close();
      await pool.end();
    },
  };
}

/** Times come as the text of the database, as numbers that JavaScript could not hold do anyway. */
function openPool(url: string): pg.Pool {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text: string) => text);
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'shopwave simulated shopify',
    options: '-c search_path=public -c timezone=UTC -c datestyle=ISO',
    max: 4,
    types,
  });
  pool.on('error', () => {});
  return pool;
}

function streamOf(request: SaasRequest): string {
  if (filePattern.test(request.path)) return 'bulk_file';
  const call = readCall(request);
  if ('problem' in call) return 'invalid';
  return /bulk/i.test(call.rootField) ? 'bulk' : call.rootField;
}

async function answer(server: Server, request: SaasRequest): Promise<SaasResponse> {
  const file = filePattern.exec(request.path);
  if (file !== null) return await answerFile(server, file[1] ?? '', request);
  const asked = pathPattern.exec(request.path)?.[1];
  const headers = versionHeaders(asked, server.options.versions?.() ?? currentVersions);
  if (request.method !== 'POST' || headers === undefined) {
    return { status: 404, json: { errors: 'Not Found' } };
  }
  const response = await answerCall(server, request);
  return { ...response, headers: { ...response.headers, ...headers } };
}

async function answerFile({ bulk }: Server, id: string, request: SaasRequest): Promise<SaasResponse> {
  const text = await bulk.file(id, request.query.get('signature') ?? '');
  if (text !== undefined) return { status: 200, headers: { 'content-type': 'application/jsonl' }, text };
  const expired =
    '<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>';
  return { status: 400, headers: { 'content-type': 'application/xml' }, text: expired };
}

async function answerCall(server: Server, request: SaasRequest): Promise<SaasResponse> {
  const call = readCall(request);
  if ('problem' in call) return graphqlErrors([{ message: call.problem, code: 'BAD_REQUEST' }]);
  const invalid = validationErrors(call.document);
  if (invalid.length > 0) {
    return graphqlErrors(invalid);
  }
  const requested = requestedCost(call.document, call.variables);
  if (requested > mostPerQuery) {
    const message = `Query cost is ${requested}, which exceeds the single query max cost limit (${mostPerQuery}).`;
    return graphqlErrors([{ message, code: 'MAX_COST_EXCEEDED' }], costOf(requested, null, server.status()));
  }
  if (server.points.take(requested) > 0) return throttled(requested, server.status());
  return await run(server, call, request, requested);
}

async function run(
  server: Server,
  call: Call,
  request: SaasRequest,
  requested: number,
): Promise<SaasResponse> {
  const { options, pool, bulk, points, status } = server;
  const context: ShopifyContext = {
    db: pool,
    loaders: createLoaders(pool),
    access: options.access?.() ?? { scopes: allScopes, customerData: 'full' },
    now: options.clock.now(),
    plant: options.plant ?? (() => undefined),
    bulk,
    baseUrl: request.baseUrl,
    isBulk: false,
    warnings: [],
  };
  const { data, errors } = await executeDocument(call.document, call.variables, call.operationName, context);
  const actual = actualCost(call.document, call.variables, data);
  // What was asked for and not used comes back at once.
  points.take(Math.min(0, actual - requested));
  const search = context.warnings.length === 0 ? {} : { search: context.warnings };
  const json: unknown = {
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined ? {} : { errors: errors.map(formatError) }),
    extensions: { cost: costOf(requested, actual, status()), ...search },
  };
  return { status: 200, json: json as JsonValue };
}
