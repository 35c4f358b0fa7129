import type { Clock } from '../../lib/clock.ts';
import type { JsonObject } from '../saas/json.ts';
import type { Movement } from './balance.ts';
import { delays } from './calendar.ts';
import type { Collection } from './collections.ts';
import type { EventKind } from './event-kinds.ts';
import { eventOf, renderEvent } from './event.ts';
import { expand, unexpandable } from './expand.ts';
import { plantText } from './free-text.ts';
import type { PlantText } from './free-text.ts';
import { readPage } from './list-page.ts';
import { narrow } from './narrow.ts';
import { renderObject } from './objects.ts';
import type { Origin } from './objects.ts';
import type { Occurrence } from './occurrence.ts';
import { findOccurrence } from './occurrence-query.ts';
import type { ListWindow } from './occurrence-query.ts';
import { loadOrigins } from './origins.ts';
import type { Facts, OriginOf } from './origins.ts';
import type { ListParams } from './params.ts';
import { payoutOccurrences } from './payouts.ts';
import type { Payouts } from './payouts.ts';
import { cannotExpand } from './params.ts';
import { missingReference } from './refusals.ts';
import type { Refused } from './refusals.ts';
import type pg from 'pg';

export interface AccountOptions {
  readonly pool: pg.Pool;
  readonly payouts: Payouts;
  readonly clock: Clock;
  readonly refundsMayFail: boolean;
  /** The version that events are rendered in, whatever a request asks for. */
  readonly accountVersion: string;
  readonly plant: PlantText | undefined;
}

type Paths = readonly (readonly string[])[];

/** A page of a list, as Stripe answers it. */
export async function listObjects(
  account: AccountOptions,
  collection: Collection,
  params: ListParams,
): Promise<JsonObject | Refused> {
  const now = account.clock.now().getTime() * 1000;
  const wrong = wrongExpansion(collection, params.expand);
  if (wrong !== undefined) return cannotExpand(wrong);
  const facts = await factsAt(account, collection, now);
  const narrowed = await narrow(collection, params, facts);
  if ('refused' in narrowed) return narrowed;
  const place = await placeOf(account, collection, params, now);
  if (place !== undefined && 'refused' in place) return place;
  const window: ListWindow = {
    ...narrowed.window,
    ...rangeOf(collection, params, narrowed.window, now),
    now,
    limit: params.limit,
    ...(place === undefined || params.cursor === undefined
      ? {}
      : { cursor: { side: params.cursor.side, place } }),
  };
  const { currency } = window;
  const payouts = facts.payouts.filter(
    (each) => currency === undefined || each.currency.toUpperCase() === currency,
  );
  const page = await readPage(account.pool, narrowed.kinds, payouts, window);
  const originOf = await loadOrigins(facts, narrowed.kinds, page.occurrences);
  const data = page.occurrences
    .map((each) => present(account, collection, originOf, each, now, params.expand))
    .filter((each) => each !== undefined);
  return { object: 'list', data, has_more: page.hasMore, url: `/v1/${collection.name}` };
}

/** One object by its id; nothing when there is none (yet). */
export async function findObject(
  account: AccountOptions,
  collection: Collection,
  id: string,
  paths: Paths,
): Promise<JsonObject | Refused | undefined> {
  const now = account.clock.now().getTime() * 1000;
  const wrong = wrongExpansion(collection, paths);
  if (wrong !== undefined) return cannotExpand(wrong);
  const facts = await factsAt(account, collection, now);
  const found = await occurrenceOf(account, collection, id, facts);
  if (found === undefined || found.at > now || isForgotten(collection, found, now)) return undefined;
  const originOf = await loadOrigins(facts, collection.kinds, [found]);
  const object = present(account, collection, originOf, found, now, paths);
  // A reference that the shop wrote itself may be spelt otherwise than its key.
  return object?.['id'] === id ? object : undefined;
}

async function factsAt(account: AccountOptions, collection: Collection, now: number): Promise<Facts> {
  const { pool, refundsMayFail } = account;
  const needsPayouts = collection.kinds.some((kind) => kind.rows === 'payout');
  return { pool, refundsMayFail, payouts: needsPayouts ? await account.payouts.upTo(now) : [] };
}

function wrongExpansion({ object }: Collection, paths: Paths): string | undefined {
  if (object === 'event') return paths[0]?.[0];
  return paths.map((path) => unexpandable(object, path)).find((field) => field !== undefined);
}

/** The times that the list, the filters and the moment of asking leave, in microseconds. */
function rangeOf(
  collection: Collection,
  { created }: ListParams,
  window: Partial<ListWindow>,
  now: number,
): Pick<ListWindow, 'from' | 'to'> {
  const oldest = collection.object === 'event' ? now - delays.eventsKept * 1e6 : 0;
  return {
    from: Math.max(oldest, window.from ?? 0, (created.from ?? 0) * 1e6),
    to: Math.min(now + 1, window.to ?? Infinity, (created.to ?? Infinity) * 1e6),
  };
}

async function placeOf(
  { pool, payouts }: AccountOptions,
  collection: Collection,
  { cursor }: ListParams,
  now: number,
): Promise<Occurrence | Refused | undefined> {
  if (cursor === undefined) return undefined;
  const facts = { pool, refundsMayFail: false, payouts: await payoutsFor(collection, payouts, now) };
  const place =
    collection.object === 'event'
      ? eventOf(cursor.id)
      : await occurrenceOf({ pool }, collection, cursor.id, facts);
  if (place === undefined || isForgotten(collection, place, now)) {
    return missingReference(collection.object, cursor.id, cursor.param);
  }
  return place;
}

async function payoutsFor(collection: Collection, payouts: Payouts, now: number): Promise<Facts['payouts']> {
  return collection.kinds.some((kind) => kind.rows === 'payout') ? payouts.upTo(now) : [];
}

function isForgotten({ object }: Collection, { at }: Occurrence, now: number): boolean {
  return object === 'event' && at < now - delays.eventsKept * 1e6;
}

async function occurrenceOf(
  { pool }: Pick<AccountOptions, 'pool'>,
  collection: Collection,
  id: string,
  { payouts }: Facts,
): Promise<Occurrence | undefined> {
  const event = collection.object === 'event' ? eventOf(id) : undefined;
  const kind = collection.kinds.find(({ code }) => code === event?.code);
  const named = event === undefined ? collection.named(id) : kind && { kind, key: event.key };
  if (named === undefined) return undefined;
  if (named.kind.rows !== 'payout') return findOccurrence(pool, named.kind, named.key);
  const payout = payouts.find((each) => each.key === named.key);
  return payout && payoutOccurrences([payout], [named.kind])[0];
}

/** The object of an occurrence, with what is to be expanded; events show it as it stood when they were sent. */
function present(
  account: AccountOptions,
  collection: Collection,
  originOf: OriginOf,
  occurrence: Occurrence,
  now: number,
  paths: Paths,
): JsonObject | undefined {
  const plant = (object: JsonObject): JsonObject => plantText(object, account.plant);
  const kind = collection.kinds.find((each) => each.code === occurrence.code);
  if (kind === undefined) return undefined;
  if (collection.object === 'event') {
    const { object: name } = kind as EventKind;
    // The last thing told of a customer who is deleted is what they were.
    const at = kind.rows === 'customer-deleted' ? occurrence.at - 1 : occurrence.at;
    const origin = originOf(occurrence, at);
    const object = origin && renderObject(name, origin);
    return object && renderEvent(kind as EventKind, occurrence, plant(object), account.accountVersion);
  }
  const name = collection.object;
  const origin = withMovement(originOf(occurrence, now), kind as Movement, occurrence);
  const object = origin && renderObject(name, origin);
  if (origin === undefined || object === undefined) return undefined;
  return paths.reduce(
    (expanded, path) => expand(name, { object: expanded, origin }, path, plant),
    plant(object),
  );
}

function withMovement(
  origin: Origin | undefined,
  kind: Movement,
  { key, at }: Occurrence,
): Origin | undefined {
  return origin && 'netSql' in kind ? { ...origin, moved: { movement: kind, key, at } } : origin;
}
