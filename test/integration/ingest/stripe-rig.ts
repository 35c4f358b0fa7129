import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Knex } from 'knex';
import type { BatchDrift } from '../../../ingest/extract/extract-deps.ts';
import type { JsonObject } from '../../../ingest/extract/json.ts';
import { openFolderStore } from '../../../ingest/landing/folder-store.ts';
import { parseManifest } from '../../../ingest/landing/manifest.ts';
import type { Manifest } from '../../../ingest/landing/manifest.ts';
import type { ObjectStore } from '../../../ingest/landing/object-store.ts';
import { compileProjection } from '../../../ingest/pci/projection.ts';
import type { Protection } from '../../../ingest/pci/protection.ts';
import { balanceTransactions, customers, payouts } from '../../../ingest/stripe/account-tables.ts';
import { charges, disputes, paymentIntents, refunds } from '../../../ingest/stripe/payment-tables.ts';
import { createStripe } from '../../../ingest/stripe/stripe.ts';
import type { Stripe, StripeOptions } from '../../../ingest/stripe/stripe.ts';
import type { Clock } from '../../../lib/clock.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { startSaasHost } from '../../../simulator/saas/host.ts';
import type { SaasHost } from '../../../simulator/saas/host.ts';
import { createSimulator } from '../../../simulator/simulator.ts';
import { createStripeApi } from '../../../simulator/stripe/stripe-api.ts';
import type { StripeApi, StripeApiOptions } from '../../../simulator/stripe/stripe-api.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { testProtection } from '../../support/protection.ts';

/** The shop's history ends here; what the account shows depends on the clock alone. */
const historyEnd = Date.parse('2026-03-01T00:00:00Z');
export const hour = 3_600_000;
export const day = 24 * hour;

/** Streams in the order in which they are read. */
export const streamNames = [
  'events',
  'charges',
  'payment_intents',
  'refunds',
  'disputes',
  'customers',
  'balance_transactions',
  'payouts',
] as const;

/** A clock that only tests and waiting move; monotonic time goes along. */
export interface TravelClock extends Clock {
  readonly advance: (ms: number) => void;
}

export function travelClock(startMs: number): TravelClock {
  let ms = startMs;
  return {
    now: () => new Date(ms),
    monotonicMs: () => ms - startMs,
    sleep: async (wait) => void (ms += wait),
    advance: (by) => void (ms += by),
  };
}

/** A shop, its simulated Stripe account, and everything that extraction needs: all real but the clock. */
export interface StripeRig {
  readonly clock: TravelClock;
  readonly host: SaasHost;
  readonly api: StripeApi;
  readonly control: Knex;
  readonly controlUrl: string;
  readonly store: ObjectStore;
  readonly dir: string;
  readonly protection: Protection;
  readonly secrets: Record<string, string>;
  readonly drift: BatchDrift[];
  readonly stripe: (options?: Partial<StripeOptions>) => Stripe;
  readonly landed: () => Promise<readonly Manifest[]>;
  /** What the archive says of each object now, by table and id. */
  readonly current: () => Promise<World>;
  /** What the account shows of each object now, by table and id, as it may be kept. */
  readonly world: (table?: string) => Promise<World>;
  /** What the archive says of which payout paid a transaction out, by the transaction's id. */
  readonly paidOut: () => Promise<Readonly<Record<string, JsonObject>>>;
  /** Ids of the transactions that the account shows of a payout. */
  readonly transactionsOf: (payout: string) => Promise<readonly string[]>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export type World = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

const tables = [charges, paymentIntents, refunds, disputes, balanceTransactions, payouts, customers];

/** Opens a rig whose clock stands so many days before the end of the shop's history. */
export async function openStripeRig(
  daysBefore: number,
  options: Partial<StripeApiOptions> & { readonly backlogLines?: number } = {},
): Promise<StripeRig> {
  const { backlogLines = 1200, ...apiOptions } = options;
  const shop = await createTestDatabase();
  const controlDatabase = await createTestDatabase();
  const control = openControlStore(controlDatabase.url);
  const dir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-stripe-'));
  const store = await openFolderStore(dir);
  const common = { logger: silentLogger, onProgress: ignoreProgress };
  const simulator = { ...common, url: shop.url, seed: 11, backlogLines, clock: travelClock(historyEnd) };
  await createSimulator(simulator).prepare();
  const clock = travelClock(historyEnd - daysBefore * day);
  const secrets = { SHOPWAVE_STRIPE_KEY: 'rk_test_one' };
  const api = createStripeApi({
    shopUrl: shop.url,
    clock,
    apiKey: secrets.SHOPWAVE_STRIPE_KEY,
    ...apiOptions,
  });
  const host = await startSaasHost({
    apis: [api],
    clock,
    logger: silentLogger,
  });
  // What the account shows to somebody who meets no fault and no limit.
  const truth = createStripeApi({ shopUrl: shop.url, clock, apiKey: 'rk_truth', ...apiOptions, limits: [] });
  const truthHost = await startSaasHost({ apis: [truth], clock, logger: silentLogger });
  const protection = await testProtection();
  const drift: BatchDrift[] = [];
  const landed = (): Promise<readonly Manifest[]> => readManifests(store);
  const linesOf = new Map<string, readonly Line[]>();
  return {
    clock,
    host,
    api,
    control,
    controlUrl: controlDatabase.url,
    store,
    dir,
    protection,
    secrets,
    drift,
    landed,
    stripe: (more) =>
      createStripe({
        ...common,
        control,
        store,
        clock,
        protection,
        secrets: { read: async (name) => secrets[name as keyof typeof secrets] },
        openObjects: async () => [],
        baseUrl: host.url('stripe'),
        historyFromMs: historyEnd - 1100 * day,
        // Small pages, so that a small shop has lists of several.
        pageSize: 7,
        windowMs: 400 * day,
        onDrift: (found) => void drift.push(found),
        http: { timeoutMs: 30_000 },
        ...more,
      }),
    current: async () => {
      // Which payout paid what out is no object of the account's lists.
      const { payout_transactions: _, ...objects } = await foldArchive(store, await landed(), linesOf);
      return objects;
    },
    paidOut: async () => (await foldArchive(store, await landed(), linesOf))['payout_transactions'] ?? {},
    transactionsOf: (payout) => readIds(truthHost.url('stripe'), payout),
    world: (table) => readWorld(truthHost.url('stripe'), protection, table),
    [Symbol.asyncDispose]: async () => {
      await host.stop();
      await truthHost.stop();
      await control.destroy();
      await shop[Symbol.asyncDispose]();
      await controlDatabase[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function readManifests(store: ObjectStore): Promise<Manifest[]> {
  const keys = await store.list('manifests/stripe/');
  return Promise.all(
    keys.map(async (key) => parseManifest(((await store.get(key)) ?? Buffer.alloc(0)).toString('utf8'), key)),
  );
}

interface Line {
  readonly op: string;
  readonly pos: string;
  readonly ord: number;
  readonly data: JsonObject;
}

async function readLines(store: ObjectStore, key: string): Promise<Line[]> {
  const text = gunzipSync((await store.get(key)) ?? Buffer.alloc(0)).toString('utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** Latest line per key, by (pos, ord); what was deleted is gone. */
async function foldArchive(
  store: ObjectStore,
  manifests: readonly Manifest[],
  known: Map<string, readonly Line[]>,
): Promise<World> {
  const latest: Record<string, Record<string, Line>> = {};
  for (const { table, key } of manifests.flatMap((each) => each.files)) {
    const lines = known.get(key) ?? (await readLines(store, key));
    known.set(key, lines);
    for (const line of lines) {
      const id = idOf(line.data);
      const before = (latest[table] ??= {})[id];
      const isLater =
        before === undefined || line.pos > before.pos || (line.pos === before.pos && line.ord > before.ord);
      if (isLater) (latest[table] ??= {})[id] = line;
    }
  }
  return mapValues(latest, (lines) =>
    mapValues(
      Object.fromEntries(Object.entries(lines).filter(([, line]) => line.op !== 'd')),
      (line) => line.data,
    ),
  );
}

async function readWorld(url: string, protection: Protection, only?: string): Promise<World> {
  const world: Record<string, Record<string, JsonObject>> = {};
  for (const { table, rules } of tables.filter((each) => (only ?? each.table) === each.table)) {
    const project = compileProjection(rules, protection);
    for (let cursor = '', hasMore = true; hasMore;) {
      const response = await fetch(`${url}/v1/${table}?limit=100${cursor}`, {
        headers: { authorization: 'Bearer rk_truth' },
      });
      const page = (await response.json()) as { data: JsonObject[]; has_more: boolean };
      for (const object of page.data) (world[table] ??= {})[idOf(object)] = project(object).data;
      hasMore = page.has_more;
      cursor = `&starting_after=${idOf(page.data.at(-1) ?? {})}`;
    }
  }
  return world;
}

async function readIds(url: string, payout: string): Promise<readonly string[]> {
  const response = await fetch(`${url}/v1/balance_transactions?limit=100&payout=${payout}`, {
    headers: { authorization: 'Bearer rk_truth' },
  });
  const { data } = (await response.json()) as { data: JsonObject[] };
  return data.map(idOf);
}

/** A row's id; what was set aside has a key instead. */
export function idOf(object: JsonObject): string {
  const id = object['id'] ?? object['key'];
  return typeof id === 'string' ? id : '';
}

function mapValues<In, Out>(
  record: Readonly<Record<string, In>>,
  change: (value: In) => Out,
): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
