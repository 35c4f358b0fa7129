import type { Clock } from '../../lib/clock.ts';
import { describeError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { createRateBudget } from '../extract/budget.ts';
import type { CheckItem, SourceDefinition } from '../extract/extractor.ts';
import { createHttpClient } from '../extract/http-client.ts';
import type { HttpClientOptions } from '../extract/http-client.ts';
import type { SecretProvider } from '../extract/secrets.ts';
import type { ReadContext } from '../extract/stream.ts';
import { createAccessCheck } from './access.ts';
import { createShopifyClient } from './client.ts';
import { shopifyApiVersion } from './documents.ts';
import { shopifyProfile, shopifyRateLimit } from './profile.ts';
import { shopifyStreams } from './streams.ts';
import type { ShopifyStreamsOptions } from './streams.ts';

export interface ShopifySourceOptions extends Omit<ShopifyStreamsOptions, 'http'> {
  /** `https://<shop>.myshopify.com`, or where a simulator answers. */
  readonly baseUrl: string;
  readonly secrets: SecretProvider;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly requests?: Pick<HttpClientOptions, 'retries' | 'timeoutMs' | 'deadlineMs'>;
}

/** A Shopify shop as a source. Nothing is sent before it is used. */
export function shopifySource(options: ShopifySourceOptions): SourceDefinition {
  const { baseUrl, secrets, clock, logger, requests } = options;
  const http = createHttpClient({
    api: shopifyProfile(baseUrl),
    budget: createRateBudget(shopifyRateLimit, clock),
    secrets,
    clock,
    logger,
    ...requests,
  });
  return {
    source: 'shopify',
    apiVersion: shopifyApiVersion,
    streams: shopifyStreams({ ...options, http }),
    check: async (signal) => {
      const notes: string[] = [];
      const context: ReadContext = {
        signal,
        warn: (code, message) => void notes.push(`${code}: ${message}`),
      };
      const check = createAccessCheck(createShopifyClient(http), options.known, clock);
      const rights = await tried('rights', () => check(context));
      return [rights, ...notes.map((note) => ({ name: 'api version', isOk: false, note }))];
    },
  };
}

async function tried(name: string, work: () => Promise<void>): Promise<CheckItem> {
  try {
    await work();
    return { name, isOk: true, note: 'all scopes are there, and customers come with their data' };
  } catch (error) {
    return { name, isOk: false, note: describeError(error) };
  }
}
