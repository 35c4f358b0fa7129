import type { SecretProvider } from '../extract/secrets.ts';
import { createRateBudget } from '../extract/budget.ts';
import type { RateLimit } from '../extract/budget.ts';
import { createExtractor } from '../extract/extractor.ts';
import type { Extractor, ExtractorOptions } from '../extract/extractor.ts';
import { createHttpClient } from '../extract/http-client.ts';
import type { HttpClientOptions } from '../extract/http-client.ts';
import { checkStripe } from './check.ts';
import { stripeSource } from './field-lists.ts';
import type { FindOpenObjects } from './open-objects.ts';
import { payoutError } from './payout-check.ts';
import type { PayoutCheck } from './payout-check.ts';
import { stripeDefaultUrl, stripeProfile, stripeRate, stripeVersion } from './profile.ts';
import { stripeStreams } from './streams.ts';
import { createStripeApi, largestPage } from './stripe-api.ts';

export interface StripeOptions extends ExtractorOptions {
  readonly secrets: SecretProvider;
  /** From the warehouse; see findOpenObjects. */
  readonly openObjects: FindOpenObjects;
  readonly baseUrl?: string;
  readonly rate?: RateLimit;
  /** Objects of one answer; Stripe's most unless given. */
  readonly pageSize?: number;
  /** Of the windows that lists are read in, and landed in whole. */
  readonly windowMs?: number;
  /** Overrides of the client's patience. */
  readonly http?: Partial<Pick<HttpClientOptions, 'timeoutMs' | 'deadlineMs' | 'retries' | 'random'>>;
}

/** What a reconciliation found. */
export interface StripeReconciliation {
  readonly payouts: PayoutCheck;
  /** STRIPE_PAYOUT_MISMATCH, with the ids; undefined: all payouts equal their transactions. */
  readonly error: Error | undefined;
}

/** Stripe's door. */
export interface Stripe extends Extractor {
  /** Of the last `extract` in mode `reconcile`; undefined before one. */
  readonly reconciliation: () => StripeReconciliation | undefined;
}

/** Builds the door; nothing is asked and no secret is read before it is used. */
export function createStripe(options: StripeOptions): Stripe {
  const {
    secrets,
    openObjects,
    baseUrl = stripeDefaultUrl,
    rate = stripeRate,
    pageSize = largestPage,
    windowMs,
    http,
    ...rest
  } = options;
  const { clock, logger } = options;
  const client = createHttpClient({
    api: stripeProfile(baseUrl),
    budget: createRateBudget(rate, clock),
    secrets,
    clock,
    logger,
    ...http,
  });
  const api = createStripeApi(client, pageSize);
  let found: StripeReconciliation | undefined;
  const onPayouts = (payouts: PayoutCheck): void => {
    const error = payoutError(payouts);
    found = { payouts, error };
    if (error === undefined) return;
    logger.error('payouts do not equal their transactions', {
      source: stripeSource,
      code: 'STRIPE_PAYOUT_MISMATCH',
      checked: payouts.checked,
      payouts: payouts.mismatches.map(({ payout }) => payout),
    });
  };
  const streams = stripeStreams({ api, openObjects, onPayouts, windowMs });
  const extractor = createExtractor(
    {
      source: stripeSource,
      apiVersion: stripeVersion,
      streams,
      check: (signal) => checkStripe(client, secrets, signal),
    },
    rest,
  );
  return { ...extractor, reconciliation: () => found };
}
