import type { Clock } from '../../../lib/clock.ts';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { startSaasHost } from '../../../simulator/saas/host.ts';
import type { SaasHost } from '../../../simulator/saas/host.ts';
import { createSimulator } from '../../../simulator/simulator.ts';
import { createStripeApi } from '../../../simulator/stripe/stripe-api.ts';
import type { StripeApi, StripeApiOptions } from '../../../simulator/stripe/stripe-api.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/postgres.ts';

/** An object of the API, as far as these tests look into it. */
export interface StripeObject {
  readonly id: string;
  readonly object: string;
  readonly created: number;
  readonly [field: string]: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data: readonly StripeObject[];
  readonly hasMore: boolean;
  readonly json: StripeObject;
  readonly error: unknown;
}

interface ListBody {
  readonly data: readonly StripeObject[];
  readonly has_more: boolean;
  readonly error: unknown;
}

/** A Stripe account over HTTP, at a time that the test sets. */
export interface StripeRig {
  readonly host: SaasHost;
  readonly api: StripeApi;
  /** Moves the account's clock; 0 is the moment the rig was made. */
  readonly at: (days: number) => void;
  /** What the account's clock says, in seconds. */
  readonly seconds: () => number;
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Answer>;
  /** The whole list, newest first, page by page. */
  readonly all: (path: string) => Promise<readonly StripeObject[]>;
  readonly stop: () => Promise<void>;
}

/** A shop with a past of so many order lines. */
export async function createShop(backlogLines: number): Promise<TestDatabase> {
  const db = await createTestDatabase();
  const parts = { clock: systemClock, logger: silentLogger, onProgress: ignoreProgress };
  await createSimulator({ url: db.url, seed: 7, backlogLines, ...parts }).prepare();
  return db;
}

/** Starts the account of a shop. Without limits, unless they are what is tested. */
export async function startStripe(
  db: TestDatabase,
  options: Partial<StripeApiOptions> = {},
): Promise<StripeRig> {
  const started = Date.now();
  let now = started;
  const clock: Clock = { ...systemClock, now: () => new Date(now) };
  const api = createStripeApi({ shopUrl: db.url, clock, apiKey: 'rk_test_rig', limits: [], ...options });
  const host = await startSaasHost({ apis: [api], clock, logger: silentLogger });
  const get: StripeRig['get'] = async (path, headers = {}) => {
    const authorization = 'Bearer rk_test_rig';
    const response = await fetch(`${host.url('stripe')}/v1/${path}`, {
      headers: { authorization, ...headers },
    });
    const json = (await response.json()) as StripeObject;
    const { data = [], has_more: hasMore = false, error } = json as Partial<ListBody>;
    return { status: response.status, headers: response.headers, data, hasMore, json, error };
  };
  const all: StripeRig['all'] = async (path) => {
    const found: StripeObject[] = [];
    const glue = path.includes('?') ? '&' : '?';
    for (let cursor = ''; ;) {
      const { status, data, hasMore, error } = await get(`${path}${glue}limit=100${cursor}`);
      if (status !== 200) throw new TypeError(`${path}: ${JSON.stringify(error)}`);
      found.push(...data);
      if (!hasMore) return found;
      cursor = `&starting_after=${found.at(-1)?.id}`;
    }
  };
  return {
    host,
    api,
    at: (days) => void (now = started + days * 86_400_000),
    seconds: () => now / 1000,
    get,
    all,
    stop: () => host.stop(),
  };
}

/** The values as texts in an order of their own, for lists that must hold the same. */
export function inOrder(values: readonly unknown[]): readonly string[] {
  return values.map((each) => JSON.stringify(each)).sort((a, b) => (a < b ? -1 : 1));
}

/** The sum of a field that holds a number. */
export function sum(objects: readonly StripeObject[], field: string): number {
  return objects.reduce((total, each) => total + (each[field] as number), 0);
}
