import { chooseAction, leaveAlone } from '../order/actions.ts';
import { perform } from '../order/action.ts';
import type { ActionContext } from '../order/action.ts';
import { placeOrder } from '../order/placement.ts';
import type { Offer } from '../order/placement.ts';
import type { OrderState, OrderTable } from '../order/rows.ts';
import { applyChanges, emptyOrder, summarise } from '../order/state.ts';
import { createCalendar } from '../world/calendar.ts';
import { makeCustomer, makeProduct, makeSeller, popularKey } from '../world/catalogue.ts';
import type { Customer, Product, Seller } from '../world/catalogue.ts';
import { createRandom } from '../world/random.ts';
import type { Random } from '../world/random.ts';
import { channels } from '../world/vocabulary.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const historyDays = 730;
/** Customers that had signed up before the first order of the history; the others join evenly over it. */
const earlyCustomers = 0.4;
const guestChance = 0.12;

/** The people and goods of the shop at the start of live traffic. */
export interface Catalogue {
  readonly sellers: readonly Seller[];
  readonly products: readonly Product[];
  readonly customers: readonly Customer[];
}

/** How large a shop of so many order lines is; 200,000 lines give 60 sellers, 2,000 products, 20,000 customers. */
export function shopSize(orderLines: number): {
  readonly sellers: number;
  readonly products: number;
  readonly customers: number;
} {
  return {
    sellers: orderLines === 0 ? 10 : 60,
    products: Math.min(Math.max(Math.ceil(orderLines / 100), 200), 2000),
    customers: Math.min(Math.max(Math.ceil(orderLines / 10), 200), 20_000),
  };
}

/** Sellers, products and customers for a history that ends at `nowMs`. Customers come in order of signing up. */
export function makeCatalogue(seed: number, orderLines: number, nowMs: number): Catalogue {
  const random = createRandom(seed, 1);
  const size = shopSize(orderLines);
  const startMs = nowMs - historyDays * dayMs;
  const before = (): number => startMs - random.integer(1, 300 * 24) * hourMs;
  return {
    sellers: keys(size.sellers).map((id) => makeSeller(random, id, before())),
    products: keys(size.products).map((id) => makeProduct(random, id, size.sellers, before())),
    customers: keys(size.customers).map((id) =>
      makeCustomer(random, id, signUpTime(id / size.customers, nowMs)),
    ),
  };
}

function keys(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function signUpTime(share: number, nowMs: number): number {
  const startMs = nowMs - historyDays * dayMs;
  return share <= earlyCustomers
    ? Math.floor(startMs - (1 - share / earlyCustomers) * 365 * dayMs - hourMs)
    : Math.floor(startMs + ((share - earlyCustomers) / (1 - earlyCustomers)) * historyDays * dayMs - hourMs);
}

/**
 * The orders of the last two years, oldest first, each as it stands at `nowMs`: exactly `orderLines` lines over
 * all of them. The same seed and time give the same rows.
 */
export function* makeHistory(
  seed: number,
  orderLines: number,
  nowMs: number,
  catalogue: Catalogue,
): Generator<OrderState> {
  const random = createRandom(seed, 2);
  const calendar = createCalendar(nowMs, historyDays);
  const ids = countingIds();
  const offers = catalogue.products.map((each): Offer => ({
    productId: each.id,
    kind: each.kind,
    priceE4: each.priceE4,
  }));
  for (let written = 0; written < orderLines;) {
    const size = Math.min(basketSize(random), orderLines - written);
    // Within the first line's place: an order may lose the others, and the next must not come before it.
    const placedAt = calendar.timeAt((written + random.next()) / orderLines);
    const customer = random.chance(guestChance)
      ? undefined
      : someCustomer(random, catalogue.customers, placedAt, nowMs);
    const basket = {
      customerId: customer?.id ?? null,
      country: customer?.country ?? 'US',
      channel: chooseChannel(random),
      placedAt,
      offers: Array.from(
        { length: size },
        () => offers[popularKey(random, offers.length) - 1] ?? mustOffer(offers),
      ),
    };
    const placed = applyChanges(emptyOrder, placeOrder(basket, { random, now: placedAt, nextId: ids }));
    const lived = liveOn(placed, { random, nextId: ids }, nowMs);
    written += lived.order_lines.length;
    yield lived;
  }
}

function mustOffer(offers: readonly Offer[]): Offer {
  const [first] = offers;
  if (first === undefined) throw new RangeError('a shop without products has no orders');
  return first;
}

/** Lets things happen to an order, some hours apart, until nothing more does or the present is reached. */
function liveOn(placed: OrderState, context: Omit<ActionContext, 'now'>, nowMs: number): OrderState {
  let summary = summarise(placed);
  let now = summary.order.placedAt;
  for (;;) {
    const action = chooseAction(summary, context.random);
    now += Math.ceil(context.random.exponential(waitHours[summary.order.status] * hourMs));
    if (now >= nowMs || action === leaveAlone) return summary.state;
    summary = perform(action, summary, { ...context, now }).summary;
  }
}

/** Mean hours until something happens to an order in a status. */
const waitHours = {
  placed: 0.5,
  paid: 20,
  partly_shipped: 30,
  shipped: 60,
  delivered: 150,
  cancelled: 24,
} as const;

/** Where an order came in. */
export function chooseChannel(random: Random): string {
  return (random.weighted(channels, (each) => each.weight) ?? channels[0]).name;
}

/** Lines of an order: 2.35 on average. */
export function basketSize(random: Random): number {
  return random.weighted([1, 2, 3, 4, 5, 6, 7, 8], (size) => 0.62 ** size) ?? 1;
}

/** Someone who had signed up by then; a few buy often. */
function someCustomer(
  random: Random,
  customers: readonly Customer[],
  atMs: number,
  nowMs: number,
): Customer | undefined {
  const elapsed = 1 - (nowMs - atMs) / (historyDays * dayMs);
  const known = Math.floor(customers.length * (earlyCustomers + (1 - earlyCustomers) * Math.max(0, elapsed)));
  return customers[popularKey(random, Math.max(known, 1)) - 1];
}

function countingIds(): (table: OrderTable) => number {
  const last = new Map<OrderTable, number>();
  return (table) => {
    const id = (last.get(table) ?? 0) + 1;
    last.set(table, id);
    return id;
  };
}
