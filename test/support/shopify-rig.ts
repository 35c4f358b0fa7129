import { silentLogger } from '../../lib/logger.ts';
import { ignoreProgress } from '../../lib/progress.ts';
import type { Clock } from '../../lib/clock.ts';
import { startSaasHost } from '../../simulator/saas/host.ts';
import type { SaasHost } from '../../simulator/saas/host.ts';
import { createShopifyApi } from '../../simulator/shopify/api.ts';
import type { ShopifyApi, ShopifyApiOptions } from '../../simulator/shopify/api.ts';
import { createSimulator } from '../../simulator/simulator.ts';
import type { Simulator } from '../../simulator/simulator.ts';

type Json = Readonly<Record<string, unknown>>;

/** An answer of the Admin API. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Json | null | undefined;
  readonly errors: readonly {
    readonly message: string;
    readonly extensions: Json;
    readonly path?: unknown;
  }[];
  readonly extensions: { readonly cost: Json; readonly search?: readonly Json[] };
}

/** A simulated Shopify behind HTTP. */
export interface ShopifyRig {
  readonly api: ShopifyApi;
  readonly host: SaasHost;
  readonly ask: (query: string, variables?: Json, version?: string) => Promise<Answer>;
  /** Nodes of all pages of a list at the root; the query takes $after and asks for nodes and pageInfo. */
  readonly all: (query: string, field: string) => Promise<readonly Json[]>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export const shopifyToken = 'shpat_simulated';

/** The shop that the APIs are about, with its past. */
export async function prepareShop(url: string, backlogLines: number, clock: Clock): Promise<Simulator> {
  const simulator = createSimulator({
    url,
    seed: 7,
    backlogLines,
    ordersPerSecond: 100,
    clock,
    logger: silentLogger,
    onProgress: ignoreProgress,
  });
  await simulator.prepare();
  return simulator;
}

export async function startShopify(
  options: Omit<ShopifyApiOptions, 'accessToken' | 'seed'> & { readonly seed?: number },
): Promise<ShopifyRig> {
  const api = createShopifyApi({ seed: 7, ...options, accessToken: shopifyToken });
  const host = await startSaasHost({ apis: [api], clock: options.clock, logger: silentLogger });
  const ask: ShopifyRig['ask'] = async (query, variables = {}, version = '2026-10') => {
    const response = await fetch(`${host.url('shopify')}/admin/api/${version}/graphql.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': shopifyToken },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as Answer;
    return {
      status: response.status,
      headers: response.headers,
      data: body.data,
      errors: body.errors ?? [],
      extensions: body.extensions,
    };
  };
  return {
    api,
    host,
    ask,
    all: async (query, field) => {
      const nodes: Json[] = [];
      for (let after: string | null = null; ;) {
        const { data, errors } = await ask(query, { after });
        const page = data?.[field] as
          | {
              readonly nodes: readonly Json[];
              readonly pageInfo: { hasNextPage: boolean; endCursor: string };
            }
          | undefined;
        if (page === undefined) throw new Error(`no page of ${field}: ${errors[0]?.message}`);
        nodes.push(...page.nodes);
        if (!page.pageInfo.hasNextPage) return nodes;
        after = page.pageInfo.endCursor;
      }
    },
    [Symbol.asyncDispose]: () => host.stop(),
  };
}
