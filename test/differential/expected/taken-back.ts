import type { CancelledLine, Order, Refund, Sales } from './sales.ts';
import { groupBy } from './values.ts';

/** What falls on some units of a line's amount; half a unit rounds up. */
export function share(amount: bigint, units: bigint, of: bigint): bigint {
  return of === 0n ? 0n : (amount * units * 2n + of) / (of * 2n);
}

/**
 * The tax of a cancelled line's units: what falls on all units that went so far, less what fell on those before. A
 * source that says it itself is believed.
 */
export function taxesOf(sales: Sales): (cancelled: CancelledLine) => bigint {
  const lines = new Map(sales.lines.map((line) => [`${line.orderId} ${line.id}`, line]));
  const refunded = groupBy(sales.refundLines, ({ orderId, lineId }) => `${orderId} ${lineId}`);
  const cancelled = groupBy(sales.cancelled, ({ orderId, lineId }) => `${orderId} ${lineId}`);
  return (one) => {
    if (one.tax !== undefined) return one.tax;
    const key = `${one.orderId} ${one.lineId}`;
    const line = lines.get(key);
    if (line === undefined) return 0n;
    let before = 0n;
    for (const other of cancelled.get(key) ?? []) {
      const isEarlier = other.at < one.at || (other.at.getTime() === one.at.getTime() && other.id < one.id);
      if (isEarlier) before += other.quantity;
    }
    for (const back of refunded.get(key) ?? []) if (back.at < one.at) before += back.quantity;
    const upTo = (units: bigint): bigint =>
      share(line.tax, units > line.quantity ? line.quantity : units, line.quantity);
    return upTo(before + one.quantity) - upTo(before);
  };
}

/** Shipping that went because nothing was left of its order, or came back with what was put back. */
export interface ShippingTurn {
  readonly order: Order;
  readonly id: bigint;
  readonly at: Date;
  readonly isBeforeCapture: boolean;
  readonly shipping: bigint;
  readonly tax: bigint;
}

interface ShippingStory {
  readonly turns: readonly ShippingTurn[];
  /** Refunds of an order that had nothing left: their shipping had gone before. */
  readonly late: ReadonlySet<bigint>;
}

/** Tells what became of the shipping of every order, one thing after another as it happened. */
export function shippingStory(sales: Sales): ShippingStory {
  const stories = sales.orders.map((order) => storyOf(order, sales));
  return {
    turns: stories.flatMap(({ turns }) => turns),
    late: new Set(stories.flatMap(({ late }) => [...late])),
  };
}

function storyOf(order: Order, sales: Sales): ShippingStory {
  const ofOrder = <Item extends { readonly orderId: bigint }>(items: readonly Item[]): readonly Item[] =>
    items.filter(({ orderId }) => orderId === order.id);
  const [cancelled, refunds] = [ofOrder(sales.cancelled), ofOrder(sales.refunds)];
  const turns: ShippingTurn[] = [];
  const late = new Set<bigint>();
  let [isOff, shipping, tax] = [false, order.shipping, order.shippingTax];
  for (const { at, refund } of momentsOf(cancelled, refunds)) {
    if (refund !== undefined) {
      if (isOff) late.add(refund.id);
      else [shipping, tax] = [shipping - refund.shipping, tax - refund.shippingTax];
      continue;
    }
    const isNothingLeft = ofOrder(sales.lines)
      .filter((line) => soldAt(line, order) <= at)
      .every((line) => {
        const gone = [...cancelled, ...ofOrder(sales.refundLines).filter(({ isUnsent }) => isUnsent)];
        return (
          gone
            .filter((each) => each.lineId === line.id && each.at <= at)
            .reduce((units, each) => units + each.quantity, 0n) >= line.quantity
        );
      });
    if (isNothingLeft === isOff) continue;
    isOff = isNothingLeft;
    const now = cancelled.filter((each) => each.at.getTime() === at.getTime());
    const sign = isOff ? -1n : 1n;
    turns.push({
      order,
      at,
      id: now.map(({ id }) => id).reduce((least, id) => (id < least ? id : least)),
      isBeforeCapture: now.every((each) => each.isBeforeCapture),
      shipping: shipping > 0n ? sign * shipping : 0n,
      tax: tax > 0n ? sign * tax : 0n,
    });
  }
  return { turns, late };
}

interface Moment {
  readonly at: Date;
  /** Nothing where it is a cancellation. */
  readonly refund: Refund | undefined;
}

/** Cancellations before the refunds of the same moment. */
function momentsOf(cancelled: readonly CancelledLine[], refunds: readonly Refund[]): readonly Moment[] {
  const times = new Set(cancelled.map(({ at }) => at.getTime()));
  return [
    ...[...times].map((time) => ({ at: new Date(time), refund: undefined })),
    ...refunds.map((refund) => ({ at: refund.at, refund })),
  ].toSorted((one, other) => one.at.getTime() - other.at.getTime());
}

/** A line that was added later was sold later. */
export function soldAt({ addedAt }: { readonly addedAt: Date | null }, order: Order): Date {
  return addedAt !== null && addedAt > order.placedAt ? addedAt : order.placedAt;
}
