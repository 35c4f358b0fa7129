import { nothingKnown } from '../../../ingest/shopify/known.ts';
import { shopifySource } from '../../../ingest/shopify/source.ts';
import type { ShopifySourceOptions } from '../../../ingest/shopify/source.ts';
import type { Extractor } from '../../../ingest/extract/extractor.ts';
import { createShopifyApi } from '../../../simulator/shopify/api.ts';
import type { ShopifyApi, ShopifyApiOptions } from '../../../simulator/shopify/api.ts';
import type { SaasRequest } from '../../../simulator/saas/api.ts';
import { openSaasRig } from './shopify-zendesk-rig.ts';
import type { SaasRig } from './shopify-zendesk-rig.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export interface ShopifyRig extends SaasRig {
  readonly api: ShopifyApi;
  readonly shopify: (options?: Partial<ShopifySourceOptions>) => Extractor;
  /** Called before each answer. */
  readonly before: { answer: (request: SaasRequest) => Promise<void> };
  /** Lets so much time pass, and changes some orders at its end, as the shop would. */
  readonly live: (ms: number, orders: number) => Promise<void>;
}

/** A shop with a simulated Shopify over it. */
export async function openShopify(
  options: Partial<ShopifyApiOptions> = {},
  backlogLines?: number,
): Promise<ShopifyRig> {
  const before: ShopifyRig['before'] = { answer: async () => {} };
  let api: ShopifyApi | undefined;
  const rig = await openSaasRig((shop, clock) => {
    api = createShopifyApi({
      url: shop.url,
      seed: 11,
      clock,
      accessToken: 'shpat_test',
      ownOrderOneIn: 6,
      ownOrderEveryMs: 8 * hourMs,
      ...options,
    });
    const { handle } = api;
    return [{ ...api, handle: async (request) => (await before.answer(request), await handle(request)) }];
  }, backlogLines);
  if (api === undefined) throw new Error('no API');
  return {
    ...rig,
    api,
    before,
    shopify: (more = {}) => rig.extractor(sourceOf(rig, more)),
    live: async (ms, orders) => {
      rig.clock.jump(ms);
      await rig.shop.pool.query(
        `update orders set updated_at = $1, order_number = order_number || 'x' where id in
           (select id from orders where channel = 'web' order by updated_at limit $2)`,
        [rig.clock.now(), orders],
      );
      rig.clock.jump(5 * 60_000);
    },
  };
}

function sourceOf(rig: SaasRig, options: Partial<ShopifySourceOptions>): ReturnType<typeof shopifySource> {
  return shopifySource({
    baseUrl: rig.host.url('shopify'),
    secrets: { read: async () => 'shpat_test' },
    clock: rig.clock,
    logger: rig.logger,
    known: nothingKnown,
    // Small, so that pages and inner connections go on.
    pageSizes: { first: 20, inner: 8 },
    windowMs: 600 * dayMs,
    bulkPollMs: 200,
    requests: { timeoutMs: 2_000 },
    ...options,
  });
}
