import { z } from 'zod';
import { isJsonObject } from '../extract/json.ts';
import type { JsonValue } from '../extract/json.ts';

/** Shopify dev docs, "API limits: GraphQL Admin API rate limits": sent in `extensions.cost` of every answer. */
const costShape = z.object({
  requestedQueryCost: z.number().nonnegative(),
  actualQueryCost: z.number().nullish(),
  throttleStatus: z.object({
    maximumAvailable: z.number().positive(),
    currentlyAvailable: z.number(),
    restoreRate: z.number().positive(),
  }),
});

/** What Shopify said of the cost of a query and of the bucket it is paid from. */
interface QueryCost {
  /** What the query may cost at most; this much must be in the bucket for it to run at all. */
  readonly requested: number;
  readonly available: number;
  readonly maximum: number;
  /** Points a second. */
  readonly restoreRate: number;
}

/** Undefined where an answer carries no cost, such as one of a proxy. */
export function readCost(body: JsonValue): QueryCost | undefined {
  const extensions = isJsonObject(body) ? body['extensions'] : undefined;
  const parsed = costShape.safeParse(isJsonObject(extensions) ? extensions['cost'] : undefined);
  if (!parsed.success) return undefined;
  const { requestedQueryCost, throttleStatus } = parsed.data;
  return {
    requested: requestedQueryCost,
    available: throttleStatus.currentlyAvailable,
    maximum: throttleStatus.maximumAvailable,
    restoreRate: throttleStatus.restoreRate,
  };
}

/**
 * Until a query that was throttled can run: the points that are missing, at the rate at which they come back. A query
 * that costs more than the bucket holds waits for a full one.
 */
export function throttleWaitMs({ requested, available, maximum, restoreRate }: QueryCost): number {
  const missing = Math.min(requested, maximum) - available;
  return Math.max(0, Math.ceil((missing / restoreRate) * 1000));
}
