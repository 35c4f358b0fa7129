import { perform } from '../../../simulator/order/action.ts';
import { chooseAction, leaveAlone } from '../../../simulator/order/actions.ts';
import { placeOrder } from '../../../simulator/order/placement.ts';
import type { Basket, Offer } from '../../../simulator/order/placement.ts';
import type { Change, OrderState, OrderTable } from '../../../simulator/order/rows.ts';
import { applyChanges, emptyOrder, summarise } from '../../../simulator/order/state.ts';
import { chooseChannel } from '../../../simulator/backlog/history.ts';
import { makeAddress, makeCustomer, makeProduct, makeSeller } from '../../../simulator/world/catalogue.ts';
import type { Random } from '../../../simulator/world/random.ts';
import { discountedCards, rarerActions } from './rarer-actions.ts';
import { fieldsOf } from './changes.ts';
import type { Fields, RowChange, Transaction } from './changes.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const endMs = Date.parse('2026-03-22T00:00:00Z');
/** When orders are placed. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** A span of so many days. */
export function spanOf(days: number): Span {
  return { startMs: endMs - days * dayMs, endMs };
}

/** How many there are of each; few, so that versions and orders collide. */
const sizes = { sellers: 3, customers: 14, products: 9, orders: 26 };
/** Every hundredth product is a gift card. */
const firstProduct = 95;
const giftCard = 100;

/** An order of the storefront, as it stood after each change. */
export interface WebOrder {
  readonly states: readonly { readonly at: number; readonly state: OrderState }[];
}

/** What happens in a small shop over some weeks. */
export interface ShopHistory {
  /** In the order of commits. */
  readonly transactions: readonly Transaction[];
  readonly web: readonly WebOrder[];
}

export function shopHistory(random: Random, span: Span): ShopHistory {
  const catalogue = catalogueHistory(random, span);
  const orders = orderHistories(random, span);
  const transactions = [...catalogue, ...orders.flatMap(({ life }) => life)];
  return {
    transactions: transactions.toSorted((one, other) => one.at - other.at),
    web: orders.filter(({ states }) => states[0]?.state.orders[0]?.channel === 'web'),
  };
}

interface Life extends WebOrder {
  readonly life: readonly Transaction[];
}

/**
 * Sellers, products and customers with all their versions. Some come late or never, some are deleted and come back, and
 * some changes leave the update time alone.
 */
function catalogueHistory(random: Random, span: Span): readonly Transaction[] {
  const one = (table: string, id: number, make: (createdAt: number) => object): readonly Transaction[] =>
    lifeOf(table, fieldsOf(table, make(span.startMs - random.integer(1, 90) * dayMs)), random, id, span);
  return [
    ...keys(sizes.sellers).flatMap((id) => one('sellers', id, (at) => makeSeller(random, id, at))),
    ...keys(sizes.products).flatMap((nth) => {
      const id = firstProduct + nth - 1;
      return one('products', id, (at) => makeProduct(random, id, sizes.sellers, at));
    }),
    ...keys(sizes.customers).flatMap((id) => one('customers', id, (at) => makeCustomer(random, id, at))),
  ];
}

function lifeOf(
  table: string,
  created: Fields,
  random: Random,
  id: number,
  span: Span,
): readonly Transaction[] {
  // Never seen by the log, though orders may name it.
  if (table !== 'sellers' && random.chance(0.08)) return [];
  const isLate = random.chance(0.25);
  let at = span.startMs + (isLate ? random.integer(0, span.endMs - span.startMs) : random.integer(0, 60_000));
  let fields = created;
  const life: Transaction[] = [{ at, changes: [{ table, op: 'c', fields }] }];
  for (let isThere = true; random.chance(0.6);) {
    at += random.integer(1, 90) * hourMs + random.integer(0, 999);
    if (isThere && random.chance(0.12)) {
      life.push({ at, changes: [{ table, op: 'd', fields: { id: String(id) } }] });
      isThere = false;
      continue;
    }
    fields = { ...fields, ...changed(table, fields, random) };
    // Set by hand in the database, without the trigger that moves the update time.
    if (random.chance(0.8)) fields = { ...fields, updated_at: timeText(at - random.integer(0, 5000)) };
    life.push({ at, changes: [{ table, op: isThere ? 'u' : 'c', fields }] });
    isThere = true;
  }
  return life;
}

function changed(table: string, fields: Fields, random: Random): Fields {
  if (table === 'sellers') return { name: `Seller ${random.integer(1, 4)}`, commission_rate: rate(random) };
  if (table === 'products') {
    return random.chance(0.5)
      ? { price: `${random.integer(1, 40)}.${random.integer(1000, 9999)}` }
      : {
          is_active: fields['is_active'] === 't' ? 'f' : 't',
          seller_id: String(random.integer(1, sizes.sellers)),
        };
  }
  const { code, city, postalCode } = makeAddress(random);
  const moved = { country: code, city, postal_code: postalCode };
  if (random.chance(0.5)) return moved;
  // Two customers may turn out to be one person, and part again.
  return {
    email_token: `token of shared.${random.integer(1, 3)}@example.com`,
    segment: random.pick(['new', 'vip']),
  };
}

function rate(random: Random): string {
  return `0.${String(random.integer(500, 2500)).padStart(4, '0')}`;
}

function orderHistories(random: Random, span: Span): readonly Life[] {
  const nextId = countingIds();
  return keys(sizes.orders).map(() => {
    const placedAt = span.startMs + random.integer(0, span.endMs - span.startMs);
    const currency = random.pick(['USD', 'USD', 'EUR', 'JPY']);
    return orderLife(someBasket(random, placedAt), random, nextId, currency);
  });
}

/** Something that somebody buys. */
export function someBasket(random: Random, placedAt: number): Basket {
  return {
    customerId: random.chance(0.12) ? null : random.integer(1, sizes.customers),
    country: makeAddress(random).code,
    channel: chooseChannel(random),
    placedAt,
    offers: keys(random.integer(1, 4)).map(() => someOffer(random)),
  };
}

/** Prices below a cent's last digit among them. */
function someOffer(random: Random): Offer {
  // Gift cards more often than not: there are few orders.
  const nth = random.chance(0.2) ? giftCard - firstProduct : random.integer(0, sizes.products - 1);
  const productId = firstProduct + nth;
  const kind = productId % 100 === 0 ? 'gift_card' : 'goods';
  return { productId, kind, priceE4: kind === 'goods' ? random.integer(1, 600_000) : 250_000 };
}

function orderLife(
  basket: Basket,
  random: Random,
  nextId: (table: OrderTable) => number,
  currency: string,
): Life {
  const textual = (changes: readonly Change[]): readonly RowChange[] =>
    changes.map(({ op, table, row }) => {
      const fields = fieldsOf(table, row);
      const shown = 'currency' in fields ? { ...fields, currency } : fields;
      if (table === 'payments') return { table, op: 'c', fields: { ...shown, ...oddPayment(shown, random) } };
      if (table === 'refunds' && op === 'insert' && random.chance(0.05))
        return { table, op: 'c', fields: { ...shown, currency: 'GBP' } };
      return op === 'delete'
        ? { table, op: 'd', fields: { id: fields['id'] ?? null } }
        : { table, op: op === 'insert' ? 'c' : 'u', fields: shown };
    });
  let now = basket.placedAt;
  const placed = discountedCards(placeOrder(basket, { random, now, nextId }), { random, now, nextId });
  const life: Transaction[] = [{ at: now, changes: textual(placed) }];
  let summary = summarise(applyChanges(emptyOrder, placed));
  const states = [{ at: now, state: summary.state }];
  for (;;) {
    const rare = random.weighted(rarerActions, (each) => each.weight(summary));
    const action = rare !== undefined && random.chance(0.15) ? rare : chooseAction(summary, random);
    now += Math.ceil(random.exponential(18 * hourMs));
    if (action === leaveAlone || now > endMs + 10 * dayMs) return { life, states };
    const { changes, summary: after } = perform(action, summary, { random, now, nextId });
    summary = after;
    if (changes.length === 0) continue;
    life.push({ at: now, changes: textual(changes) });
    states.push({ at: now, state: summary.state });
    // Mostly nobody sends again what was paid back.
    if (action.name === 'refund what came back' && random.chance(0.7)) return { life, states };
  }
}

/** Now and then a payment is in another currency than its order, or a refund came to nothing. */
function oddPayment(fields: Fields, random: Random): Fields {
  return {
    ...(random.chance(0.05) ? { currency: 'GBP' } : {}),
    ...(fields['kind'] === 'refund' && random.chance(0.15) ? { status: 'failed' } : {}),
  };
}

function countingIds(): (table: OrderTable) => number {
  const last = new Map<OrderTable, number>();
  return (table) => {
    const id = (last.get(table) ?? 0) + 1;
    last.set(table, id);
    return id;
  };
}

/** PostgreSQL's text of a moment. */
function timeText(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace('Z', '+00');
}

function keys(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
