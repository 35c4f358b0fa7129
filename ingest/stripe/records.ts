import { createHash } from 'node:crypto';
import type { ApiReply } from '../extract/api-profile.ts';
import { isJsonObject } from '../extract/json.ts';
import type { JsonObject } from '../extract/json.ts';
import { mapAtOnce } from '../extract/in-order.ts';
import type { ReadContext, SourcePage, SourceRecord } from '../extract/stream.ts';
import { listPages } from './list-pages.ts';
import type { StripeApi, StripeObject } from './stripe-api.ts';

/** GETs under way at once; the rate limit is what bounds them. */
const getsAtOnce = 8;

/** An object with the moment it was asked for: Stripe's objects carry no version of their own. */
export function recordOf(table: string, object: JsonObject, sentAtMicros: number): SourceRecord {
  const op = object['deleted'] === true ? 'd' : 'u';
  return { table, op, object, versionMicros: sentAtMicros };
}

/** A page of several answers. */
export function pageOf(
  records: readonly SourceRecord[],
  replies: ReadonlyArray<Pick<ApiReply, 'sha256' | 'sentAtMicros' | 'requests'>>,
): SourcePage {
  const [only] = replies;
  return {
    records,
    sha256:
      replies.length === 1 && only !== undefined ? only.sha256 : hashOf(replies.map(({ sha256 }) => sha256)),
    requests: replies.reduce((sum, { requests }) => sum + requests, 0),
    sentAtMicros: Math.min(...replies.map(({ sentAtMicros }) => sentAtMicros)),
  };
}

/** Where an object is read, and where it lands. */
export interface ObjectPlace {
  readonly table: string;
  readonly path: string;
}

/** Reads objects by their ids; those that the API does not know are told of, and left out. */
export async function readObjects(
  api: StripeApi,
  wanted: ReadonlyArray<ObjectPlace & { readonly id: string }>,
  context: ReadContext,
): Promise<{ readonly records: SourceRecord[]; readonly replies: Array<StripeObject['reply']> }> {
  const found = await mapAtOnce(wanted, getsAtOnce, context.signal, async ({ table, path, id }, signal) => {
    const read = await api.get(path, id, signal);
    if (read === undefined) context.warn('STRIPE_OBJECT_MISSING', `${table} ${id} is not known to the API`);
    return read && { ...read, table };
  });
  const known = found.filter((each) => each !== undefined);
  return {
    records: known.map(({ table, object, reply }) => recordOf(table, object, reply.sentAtMicros)),
    replies: known.map(({ reply }) => reply),
  };
}

/** A list within an object: Stripe cuts it at ten and says that there is more. */
export interface NestedList {
  readonly field: string;
  readonly table: string;
  /** Where the rest of it is read, by the id of the object it is in. */
  readonly query: (parentId: string) => readonly [string, string];
  readonly path: string;
}

/** All elements of a nested list as records of their own table: those in the object, then those that were cut. */
export async function nestedRecords(
  api: StripeApi,
  parent: JsonObject,
  nested: NestedList,
  sentAtMicros: number,
  signal: AbortSignal,
): Promise<{ readonly records: SourceRecord[]; readonly replies: Array<StripeObject['reply']> }> {
  const list = parent[nested.field];
  const id = parent['id'];
  if (!isJsonObject(list) || !Array.isArray(list['data']) || typeof id !== 'string') {
    return { records: [], replies: [] };
  }
  if (list['has_more'] !== true) {
    const inside: readonly JsonObject[] = list['data'].filter(isJsonObject);
    return { records: inside.map((each) => recordOf(nested.table, each, sentAtMicros)), replies: [] };
  }
  const records: SourceRecord[] = [];
  const replies: Array<StripeObject['reply']> = [];
  for await (const { items, reply } of listPages(api, nested.path, [nested.query(id)], signal)) {
    records.push(...items.map((each) => recordOf(nested.table, each, reply.sentAtMicros)));
    replies.push(reply);
  }
  return { records, replies };
}

function hashOf(hashes: readonly string[]): string {
  return createHash('sha256').update(hashes.join('\n')).digest('hex');
}
