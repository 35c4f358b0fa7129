import { z } from 'zod';
import { extractErrors } from '../extract/errors.ts';
import type { ApiReply } from '../extract/api-profile.ts';
import type { HttpClient } from '../extract/http-client.ts';
import { isJsonObject } from '../extract/json.ts';
import type { JsonObject } from '../extract/json.ts';
import { stripeSource } from './field-lists.ts';
import { isCursorGone } from './profile.ts';

/** Stripe's largest page. */
export const largestPage = 100;

const list = z.object({
  object: z.literal('list'),
  has_more: z.boolean(),
  data: z.array(z.custom<JsonObject>((value) => isJsonObject(value as JsonObject))),
});

/** One page of a list. */
export interface StripePage {
  readonly data: readonly JsonObject[];
  readonly hasMore: boolean;
  readonly reply: Pick<ApiReply, 'sha256' | 'sentAtMicros' | 'requests' | 'headers'>;
}

/** One object, read by its id. */
export interface StripeObject {
  readonly object: JsonObject;
  readonly reply: Pick<ApiReply, 'sha256' | 'sentAtMicros' | 'requests'>;
}

export type Query = ReadonlyArray<readonly [string, string]>;

/** Stripe's two kinds of reads. */
export interface StripeApi {
  /** One page, of the size that the API was built with. `gone`: the object that the cursor names was deleted meanwhile. */
  readonly list: (path: string, query: Query, signal: AbortSignal) => Promise<StripePage | 'gone'>;
  /** Undefined: the API does not know it. */
  readonly get: (path: string, id: string, signal: AbortSignal) => Promise<StripeObject | undefined>;
}

export function createStripeApi(http: HttpClient, pageSize: number): StripeApi {
  return {
    list: async (path, query, signal) => {
      const search = new URLSearchParams([
        ['limit', String(pageSize)],
        ...query.map(([name, value]): [string, string] => [name, value]),
      ]).toString();
      const purpose = `list ${path.slice('/v1/'.length)}`;
      const request = { method: 'GET', path: `${path}?${search}`, purpose } as const;
      const hasCursor = query.some(([name]) => name === 'starting_after');
      const reply = await http.request(hasCursor ? { ...request, accept: [400, 404] } : request, signal);
      if (reply.status >= 400) {
        if (isCursorGone(reply.body)) return 'gone';
        throw extractErrors.error('EXTRACT_REQUEST_REFUSED', {
          message: `${stripeSource}: ${purpose} failed: refused (status ${reply.status})`,
          where: path,
        });
      }
      const parsed = list.safeParse(reply.body);
      if (!parsed.success) throw shapeUnknown(purpose);
      return { data: parsed.data.data, hasMore: parsed.data.has_more, reply };
    },
    get: async (path, id, signal) => {
      const purpose = `get ${path.slice('/v1/'.length)}`;
      const request = {
        method: 'GET',
        path: `${path}/${encodeURIComponent(id)}`,
        purpose,
        accept: [404],
      } as const;
      const reply = await http.request(request, signal);
      if (reply.status === 404) return undefined;
      if (!isJsonObject(reply.body) || reply.body['id'] !== id) throw shapeUnknown(purpose);
      return { object: reply.body, reply };
    },
  };
}

/** An object's id; a page whose last object has none cannot be gone on from. */
export function idOf(object: JsonObject | undefined): string | undefined {
  const id = object?.['id'];
  return typeof id === 'string' && id !== '' ? id : undefined;
}

export function shapeUnknown(purpose: string): Error {
  return extractErrors.error('EXTRACT_SHAPE_UNKNOWN', {
    message: `${stripeSource}: the answer to "${purpose}" is not what the pinned version sends`,
    where: purpose,
  });
}
