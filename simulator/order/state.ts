import type { Change, Order, OrderLine, OrderState, OrderTable, Payment, Shipment } from './rows.ts';
import { grossCents, shareCents } from '../world/money.ts';

/** An order that has not been placed yet. */
export const emptyOrder: OrderState = {
  orders: [],
  order_lines: [],
  payments: [],
  shipments: [],
  shipment_lines: [],
  cancellations: [],
  cancellation_lines: [],
  refunds: [],
  refund_lines: [],
};

/** The state after some changes; the given one stays as it was. */
export function applyChanges(state: OrderState, changes: readonly Change[]): OrderState {
  const next: Record<OrderTable, readonly { readonly id: number }[]> = { ...state };
  for (const { op, table, row } of changes) {
    const rows = next[table];
    if (op === 'insert') next[table] = [...rows, row];
    else if (op === 'delete') next[table] = rows.filter((each) => each.id !== row.id);
    else next[table] = rows.map((each) => (each.id === row.id ? row : each));
  }
  return next as unknown as OrderState;
}

/** Where the units of one line are. ordered = cancelled + refundedUnsent + pending + shipped + open. */
export interface LineSummary {
  readonly line: OrderLine;
  readonly cancelled: number;
  /** Refunded with restock type cancel: never sent, and never to be. */
  readonly refundedUnsent: number;
  /** Packed into a shipment that has not left. */
  readonly pending: number;
  readonly shipped: number;
  /** Of those shipped, refunded (goods back or not). */
  readonly returned: number;
  /** Still to be shipped or cancelled. */
  readonly open: number;
}

/** What actions need to know of an order, worked out once from its rows. */
export interface OrderSummary {
  readonly state: OrderState;
  readonly order: Order;
  readonly lines: readonly LineSummary[];
  readonly goods: readonly LineSummary[];
  /** A reservation that was neither captured nor voided. */
  readonly authorisation: Payment | undefined;
  readonly isCaptured: boolean;
  /** Captured and not yet given back. */
  readonly refundableCents: number;
}

/** Works an order out from its rows. */
export function summarise(state: OrderState): OrderSummary {
  const order = state.orders[0];
  if (order === undefined) throw new TypeError('an order that was not placed has no summary');
  const lines = summariseLines(state);
  const captured = state.payments.filter((each) => each.kind === 'capture' && each.status === 'succeeded');
  const isCaptured = captured.length > 0;
  const isVoided = state.payments.some((each) => each.kind === 'void');
  return {
    state,
    order,
    lines,
    goods: lines.filter((each) => each.line.kind === 'goods'),
    authorisation:
      isCaptured || isVoided
        ? undefined
        : state.payments.find((each) => each.kind === 'authorisation' && each.status === 'succeeded'),
    isCaptured,
    refundableCents:
      sum(captured, (payment) => payment.amountCents) - sum(state.refunds, (refund) => refund.amountCents),
  };
}

type Counts = { -readonly [Key in keyof LineSummary]: LineSummary[Key] };

// One pass over each table: a backlog summarises half a million states.
function summariseLines(state: OrderState): readonly LineSummary[] {
  const lines = state.order_lines.map((line): Counts => ({
    line,
    cancelled: 0,
    refundedUnsent: 0,
    pending: 0,
    shipped: 0,
    returned: 0,
    open: 0,
  }));
  for (const row of state.cancellation_lines) addUnits(lines, row.orderLineId, 'cancelled', row.quantity);
  for (const row of state.refund_lines) {
    addUnits(
      lines,
      row.orderLineId,
      row.restockType === 'cancel' ? 'refundedUnsent' : 'returned',
      row.quantity,
    );
  }
  for (const row of state.shipment_lines) {
    const place =
      placeByShipment[state.shipments.find((each) => each.id === row.shipmentId)?.status ?? 'cancelled'];
    if (place !== undefined) addUnits(lines, row.orderLineId, place, row.quantity);
  }
  for (const each of lines) {
    each.open = each.line.quantity - each.cancelled - each.refundedUnsent - each.pending - each.shipped;
  }
  return lines;
}

function addUnits(lines: readonly Counts[], lineId: number, place: PlaceOfUnits, quantity: number): void {
  for (const each of lines) if (each.line.id === lineId) each[place] += quantity;
}

type PlaceOfUnits = 'cancelled' | 'refundedUnsent' | 'pending' | 'shipped' | 'returned';

const placeByShipment: Readonly<Record<Shipment['status'], PlaceOfUnits | undefined>> = {
  pending: 'pending',
  shipped: 'shipped',
  delivered: 'shipped',
  cancelled: undefined,
};

/** Units of the line that were ordered and not taken off again. */
export function wantedUnits(summary: LineSummary): number {
  return summary.line.quantity - summary.cancelled - summary.refundedUnsent;
}

/** Goods value of a line after discount, in cents. */
export function lineNetCents(line: OrderLine): number {
  return grossCents(line.quantity, line.unitPriceE4) - line.discountCents;
}

/** What an amount of the whole line comes to for its next `units`, after those already cancelled or refunded. */
export function nextShareCents(summary: LineSummary, amountCents: number, units: number): number {
  const taken = summary.cancelled + summary.refundedUnsent + summary.returned;
  const of = summary.line.quantity;
  return shareCents(amountCents, taken + units, of) - shareCents(amountCents, taken, of);
}

/** What is to be captured: what is left of every line, tax, and shipping. */
export function dueCents(summary: OrderSummary): number {
  const left = sum(summary.lines, (each) => {
    const units = each.line.quantity - each.cancelled - each.refundedUnsent - each.returned;
    return (
      nextShareCents(each, lineNetCents(each.line), units) + nextShareCents(each, each.line.taxCents, units)
    );
  });
  return left + summary.order.shippingCents;
}

/** Sum of a number over rows. */
export function sum<T>(items: readonly T[], valueOf: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += valueOf(item);
  return total;
}
