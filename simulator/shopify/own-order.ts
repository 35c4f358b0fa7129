import { perform } from '../order/action.ts';
import { leaveAlone, orderActions } from '../order/actions.ts';
import { placeOrder } from '../order/placement.ts';
import type { Basket } from '../order/placement.ts';
import type { OrderState, OrderTable } from '../order/rows.ts';
import { applyChanges, emptyOrder, summarise } from '../order/state.ts';
import { createRandom } from '../world/random.ts';
import { firstOwnId } from './relations.ts';

const secondMs = 1000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Keys of one order in any table; no life is so long that it needs more. */
const keysPerOrder = 256;
/** The shop's own orders use the streams below. */
const firstStream = 1000;

/** Shopify removes no line of an order: what is taken off stays as a line with no units left. */
const ownActions = orderActions.filter((action) => action.name !== 'remove a line');

/** An order as it stands, and when it changes next. */
export interface OwnOrder {
  readonly state: OrderState;
  /** Nothing once it never changes again. */
  readonly nextAt: number | undefined;
  /** When it is deleted without a trace, if ever. */
  readonly destroyedAt: number | undefined;
}

/** The key of Shopify's own order of that number, counted from 0. */
export function ownOrderId(number: number): number {
  return firstOwnId + number * keysPerOrder;
}

/**
 * The life of an order that exists on Shopify alone, up to `nowMs`. It depends on seed, number and basket alone: later
 * moments only add to what earlier ones saw.
 */
export function liveOwnOrder(seed: number, number: number, basket: Basket, nowMs: number): OwnOrder {
  const random = createRandom(seed, firstStream + number);
  const nextId = countKeys(number);
  const placed = placeOrder(basket, { random, now: basket.placedAt, nextId });
  let summary = summarise(applyChanges(emptyOrder, rename(placed, number)));
  let now = basket.placedAt;
  const destroyedAt = whenDestroyed(number, basket.placedAt, nowMs);
  for (;;) {
    const action = random.weighted(ownActions, (each) => each.weight(summary)) ?? leaveAlone;
    // Half of what happens follows within minutes, so that a demonstration sees it happen. No two changes share a second:
    // the API tells whole seconds, and one that it has told names one state.
    const gap = Math.ceil(random.exponential(random.chance(0.5) ? hourMs / 30 : 20 * hourMs));
    now = Math.max(now + gap, startOfSecond(now) + secondMs);
    if (action === leaveAlone) {
      return { state: summary.state, nextAt: after(destroyedAt, nowMs), destroyedAt };
    }
    if (now >= nowMs)
      return { state: summary.state, nextAt: earlier(now, after(destroyedAt, nowMs)), destroyedAt };
    summary = perform(action, summary, { random, now, nextId }).summary;
  }
}

/**
 * The order as it was when the API told it with this update time, which is a whole second: every change moves that time,
 * and no two lie in one second.
 */
export function ownOrderVersion(
  seed: number,
  number: number,
  basket: Basket,
  updatedAtMs: number,
): OrderState {
  return liveOwnOrder(seed, number, basket, startOfSecond(updatedAtMs) + secondMs).state;
}

function startOfSecond(timeMs: number): number {
  return Math.floor(timeMs / secondMs) * secondMs;
}

function rename(placed: ReturnType<typeof placeOrder>, number: number): ReturnType<typeof placeOrder> {
  return placed.map((change) =>
    change.table === 'orders'
      ? { ...change, row: { ...change.row, orderNumber: `#${1001 + number}` } }
      : change,
  );
}

/** The number of the order with that key. */
export function ownOrderNumber(id: number): number {
  return (id - firstOwnId) / keysPerOrder;
}

function countKeys(number: number): (table: OrderTable) => number {
  const used = new Map<OrderTable, number>();
  return (table) => {
    const count = used.get(table) ?? 0;
    if (count >= keysPerOrder) throw new RangeError(`order ${number} has too many rows in ${table}`);
    used.set(table, count + 1);
    return ownOrderId(number) + count;
  };
}

/** One order in 37 is deleted: nine days after it was placed, or three minutes after where that is the future. */
function whenDestroyed(number: number, placedAt: number, nowMs: number): number | undefined {
  if (number % 37 !== 5) return undefined;
  const late = placedAt + 9 * dayMs;
  return late <= nowMs ? late : placedAt + hourMs / 20;
}

function after(time: number | undefined, nowMs: number): number | undefined {
  return time !== undefined && time > nowMs ? time : undefined;
}

function earlier(one: number, other: number | undefined): number {
  return other === undefined ? one : Math.min(one, other);
}
