import { z } from 'zod';
import type { ApiProfile, Verdict } from '../extract/api-profile.ts';
import { stripeSource } from './field-lists.ts';

/** Pinned: what Stripe sends is rendered in this version, whatever the account's own is. */
export const stripeVersion = '2026-10-28.endive';

export const stripeDefaultUrl = 'https://api.stripe.com';

/** Where the key is read from: a restricted one (`rk_`) with read access to the streams. */
export const stripeKeyName = 'SHOPWAVE_STRIPE_KEY';

/**
 * Live accounts may do 100 operations a second, many endpoints 25, and checkout lives on the same budget: extraction
 * takes a fifth of it, without bursts.
 */
export const stripeRate = { perSecond: 20, burst: 2 };

const refusal = z.object({
  error: z.object({ type: z.string().optional(), code: z.string().optional(), param: z.string().optional() }),
});

/** What is peculiar about Stripe's API. */
export function stripeProfile(baseUrl: string): ApiProfile {
  return {
    source: stripeSource,
    baseUrl,
    secretNames: [stripeKeyName],
    authorize: ([key = '']) => ({ authorization: `Bearer ${key}` }),
    headers: { 'stripe-version': stripeVersion },
    requestIdHeader: 'request-id',
    judge: (status, body) => (status < 400 ? undefined : judgeRefusal(status, body)),
    // Stripe sends no Retry-After: the retry table's own waits apply.
  };
}

/** Stripe's word for a refusal. Its message is left alone: it quotes parameters, sometimes the key's end. */
function judgeRefusal(status: number, body: unknown): Verdict | undefined {
  const parsed = refusal.safeParse(body);
  if (!parsed.success) return undefined;
  const { type, code } = parsed.data.error;
  const word = plainWord(code) ?? plainWord(type);
  return {
    outcome: outcomes[status] ?? (status >= 500 ? 'server_error' : 'refused'),
    ...(word && { code: word }),
  };
}

const outcomes: Readonly<Record<number, Verdict['outcome']>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  429: 'rate_limited',
};

function plainWord(text: string | undefined): string | undefined {
  return text !== undefined && /^[a-z_]{1,60}$/.test(text) ? text : undefined;
}

/** Whether a refusal says that a list's cursor names an object that is gone. */
export function isCursorGone(body: unknown): boolean {
  const parsed = refusal.safeParse(body);
  if (!parsed.success) return false;
  const { code, param } = parsed.data.error;
  return code === 'resource_missing' && (param === 'starting_after' || param === 'ending_before');
}
