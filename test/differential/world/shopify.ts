import { liveOwnOrder, ownOrderVersion } from '../../../simulator/shopify/own-order.ts';
import { firstOwnId } from '../../../simulator/shopify/relations.ts';
import type { OrderState } from '../../../simulator/order/rows.ts';
import { makeAddress } from '../../../simulator/world/catalogue.ts';
import { createRandom } from '../../../simulator/world/random.ts';
import type { Random } from '../../../simulator/world/random.ts';
import type { RawRow } from '../feed.ts';
import { cancelledUnrefunded, paidState } from './called-off.ts';
import { someBasket, spanOf } from './shop.ts';
import type { WebOrder } from './shop.ts';
import { gid, orderObjects, wholeSecond } from './shopify-objects.ts';
import { retold, someRetelling, someTerms } from './shopify-terms.ts';
import type { Terms } from './shopify-terms.ts';

/** An order as a read found it. */
interface Sighting {
  readonly state: OrderState;
  /** The order's update time that was told, a whole second. */
  readonly version: number;
  /** When it was read; of two reads of one version the later one counts. */
  readonly readAt: number;
}

/** An order with all that was seen of it. */
export interface SeenOrder {
  readonly sightings: readonly Sighting[];
  /** Deleted for good, and read of. */
  readonly isDestroyed: boolean;
  readonly terms: Terms;
}

/** A customer as Shopify had it at its last update. */
export interface SeenCustomer {
  readonly id: number;
  readonly versions: readonly {
    readonly at: number;
    readonly country: string;
    readonly email: string | null;
  }[];
}

/** What Shopify showed of a world. */
export interface ShopifyWorld {
  /** Orders that exist there alone. */
  readonly own: readonly SeenOrder[];
  readonly customers: readonly SeenCustomer[];
  /** What was landed of it, and of the shop's web orders, in the order of reads. */
  readonly rows: readonly RawRow[];
}

const hourMs = 3_600_000;
const span = spanOf(20);
const monthEndMs = Date.parse('2026-04-01T00:00:00Z');
const ownOrders = 9;
const ownCustomers = 5;

/** Reads of a storefront: all of its own orders to the end, and some of the shop's. */
export function shopifyWorld(seed: number, web: readonly WebOrder[], random: Random): ShopifyWorld {
  // Chance of its own: what an order is told in changes nothing else of a world.
  const money = createRandom(seed, 80);
  const own = Array.from({ length: ownOrders }, (_, number) =>
    toldIn(ownOrder(seed, number, { random, money }), money),
  );
  const customers = Array.from({ length: ownCustomers }, (_, nth) => ownCustomer(firstOwnId + nth, random));
  const ofWeb = web.filter(() => random.chance(0.6)).map((order) => toldIn(webOrder(order, random), money));
  return {
    own,
    customers,
    rows: [...[...own, ...ofWeb].flatMap(orderRows), ...customers.flatMap(customerRows)].toSorted(
      (one, other) => one.ordinal - other.ordinal,
    ),
  };
}

function toldIn(seen: Omit<SeenOrder, 'terms'>, money: Random): SeenOrder {
  const telling = someRetelling(money);
  const sightings = seen.sightings.map((each) => ({ ...each, state: retold(each.state, telling) }));
  return { ...seen, sightings, terms: someTerms(money) };
}

function ownOrder(
  seed: number,
  number: number,
  { random, money }: { readonly random: Random; readonly money: Random },
): Omit<SeenOrder, 'terms'> {
  const within = span.startMs + random.integer(0, span.endMs - span.startMs);
  // Rates change with the month: what is given back of some is worth more or less than it was.
  const placedAt = money.chance(0.4) ? monthEndMs - money.integer(1, 40) * hourMs : within;
  const customerId = firstOwnId + random.integer(0, ownCustomers);
  const basket = { ...someBasket(random, placedAt), channel: 'web', customerId };
  const whenever = Array.from(
    { length: random.integer(1, 4) },
    () => placedAt + random.integer(1, 30 * 24) * hourMs,
  );
  const sightings = whenever
    .toSorted((one, other) => one - other)
    .map((readAt): Sighting => {
      const { state } = liveOwnOrder(seed, number, basket, readAt);
      const version = wholeSecond(state.orders[0]?.updatedAt ?? placedAt);
      return { state: ownOrderVersion(seed, number, basket, version), version, readAt };
    });
  const isDestroyed = random.chance(0.15);
  const complete = random.chance(0.4) ? withoutLastLine(sightings) : sightings;
  // Chance of its own, so that it changes nothing else of a world.
  const ending = createRandom(seed, 90 + number);
  const isOff = ending.chance(0.5) && complete.every(({ state }) => state.refunds.length === 0);
  return {
    sightings: isOff ? calledOff(complete, paidState(seed, number, basket), ending) : complete,
    isDestroyed,
  };
}

/**
 * The order as looks found it up to its capture, and then cancelled without a refund. Now and then nobody had looked
 * before.
 */
function calledOff(
  sightings: readonly Sighting[],
  paid: OrderState | undefined,
  random: Random,
): readonly Sighting[] {
  const paidAt = paid?.orders[0]?.updatedAt;
  if (paid === undefined || paidAt === undefined) return sightings;
  const version = wholeSecond(paidAt) + random.integer(1, 48) * hourMs;
  const off = { state: cancelledUnrefunded(paid, version), version, readAt: version + hourMs };
  return random.chance(0.5) ? [off] : [...sightings.filter((each) => each.version <= paidAt), off];
}

/** The order's last line was not there at its first sight, where nothing had happened to it: somebody added it. */
function withoutLastLine([first, ...rest]: readonly Sighting[]): readonly Sighting[] {
  const lines = first?.state.order_lines ?? [];
  const last = lines.at(-1);
  if (first === undefined || last === undefined || lines.length < 2)
    return first === undefined ? [] : [first, ...rest];
  const { refund_lines: back, cancellation_lines: off, shipment_lines: sent } = first.state;
  if ([...back, ...off, ...sent].some(({ orderLineId }) => orderLineId === last.id)) return [first, ...rest];
  const before = { ...first.state, order_lines: lines.slice(0, -1) };
  // A second look at one version shows what the first one did.
  return [first, ...rest].map((each) => (each.version === first.version ? { ...each, state: before } : each));
}

function webOrder({ states }: WebOrder, random: Random): Omit<SeenOrder, 'terms'> {
  const seen = states.filter(() => random.chance(0.5));
  return {
    sightings: seen.map(({ at, state }) => ({ state, version: wholeSecond(at), readAt: at + hourMs })),
    isDestroyed: false,
  };
}

const hex = (micros: number): string => micros.toString(16).toUpperCase().padStart(16, '0');

/** Position of a version: its time in microseconds. */
export function positionOf(version: number): string {
  return hex(version * 1000);
}

function orderRows({ sightings, isDestroyed, terms }: SeenOrder): readonly RawRow[] {
  const rows = sightings.flatMap(({ state, version, readAt }) =>
    orderObjects(state, terms).map(({ table, data }, place): RawRow => ({
      table,
      op: 'u',
      data,
      position: positionOf(version),
      ordinal: readAt * 1000 + place,
      committedAt: version,
    })),
  );
  const last = sightings.at(-1);
  const id = last?.state.orders[0]?.id;
  if (!isDestroyed || last === undefined || id === undefined) return rows;
  // A deletion stands at the end of its second: nothing follows it.
  const goneAt = last.readAt + hourMs;
  const gone: RawRow = {
    table: 'orders',
    op: 'd',
    data: { id: gid('Order', id) },
    position: hex(wholeSecond(goneAt) * 1000 + 999_999),
    ordinal: goneAt * 1000,
    committedAt: goneAt,
  };
  return [...rows, gone];
}

function ownCustomer(id: number, random: Random): SeenCustomer {
  let at = wholeSecond(span.startMs - random.integer(1, 2000) * hourMs);
  const versions = Array.from({ length: random.integer(1, 3) }, () => {
    at += random.integer(1, 200) * 1000 * 60;
    const email = random.chance(0.5) ? `own.${id}@example.com` : `shared.${random.integer(1, 3)}@example.com`;
    return { at, country: makeAddress(random).code, email: random.chance(0.1) ? null : `token of ${email}` };
  });
  return { id, versions };
}

function customerRows({ id, versions }: SeenCustomer): readonly RawRow[] {
  return versions.map(({ at, country, email }) => ({
    table: 'customers',
    op: 'u',
    data: {
      id: gid('Customer', id),
      createdAt: new Date(versions[0]?.at ?? at).toISOString(),
      updatedAt: new Date(at).toISOString(),
      state: 'ENABLED',
      defaultEmailAddress: email === null ? null : { emailAddress_token: email },
      defaultAddress: { countryCodeV2: country },
    },
    position: positionOf(at),
    ordinal: at * 1000,
    committedAt: at,
  }));
}
