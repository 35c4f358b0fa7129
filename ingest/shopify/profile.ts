import { z } from 'zod';
import type { RateLimit } from '../extract/budget.ts';
import type { ApiProfile, Verdict } from '../extract/api-profile.ts';
import type { JsonValue } from '../extract/json.ts';
import { readCost, throttleWaitMs } from './throttle.ts';

/** Where the token is read from. */
export const shopifyTokenName = 'SHOPWAVE_SHOPIFY_TOKEN';

/**
 * No rate of Shopify's is assumed: what the shop's plan allows is taken from each answer. This is only more than any
 * plan has, so that the answers decide.
 */
export const shopifyRateLimit: RateLimit = { perSecond: 10_000, burst: 100_000 };

/** Shopify dev docs, "GraphQL Admin API: status and error codes". Of a message nothing is read: it may quote values. */
const errorsShape = z.object({
  errors: z.array(z.object({ extensions: z.object({ code: z.string() }).optional() })).nonempty(),
});

/** Errors in an answer with status 200, by code. */
export function errorCodes(body: JsonValue): readonly string[] {
  const parsed = errorsShape.safeParse(body);
  return parsed.success ? parsed.data.errors.map((each) => each.extensions?.code ?? 'NO_CODE') : [];
}

/** Codes that ask for another query rather than for another try: the caller makes its pages smaller. */
export const tooCostly = 'MAX_COST_EXCEEDED';

const outcomes: Readonly<Record<string, Verdict['outcome']>> = {
  THROTTLED: 'rate_limited',
  ACCESS_DENIED: 'forbidden',
  SHOP_INACTIVE: 'forbidden',
  INTERNAL_SERVER_ERROR: 'server_error',
  TIMEOUT: 'server_error',
};

function judge(status: number, body: JsonValue): Verdict | undefined {
  const codes = errorCodes(body);
  const [first] = codes;
  if (status !== 200 || first === undefined || codes.every((code) => code === tooCostly)) return undefined;
  // Data beside errors is incomplete data: a field that was denied comes as null.
  const code = codes.find((each) => outcomes[each] !== undefined) ?? first;
  const outcome = outcomes[code] ?? 'refused';
  const cost = outcome === 'rate_limited' ? readCost(body) : undefined;
  return { outcome, code, ...(cost === undefined ? {} : { waitMs: throttleWaitMs(cost) }) };
}

/** The Admin API of one shop. `baseUrl` is `https://<shop>.myshopify.com`, without a path. */
export function shopifyProfile(baseUrl: string): ApiProfile {
  return {
    source: 'shopify',
    baseUrl,
    secretNames: [shopifyTokenName],
    authorize: ([token = '']) => ({ 'x-shopify-access-token': token }),
    headers: {},
    requestIdHeader: 'x-request-id',
    judge,
    rateReport: (_, body) => {
      const cost = readCost(body);
      return cost && { available: cost.available, perSecond: cost.restoreRate, burst: cost.maximum };
    },
  };
}
