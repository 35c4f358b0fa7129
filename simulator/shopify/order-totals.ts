import { cents } from './money.ts';
import type { CancelledRow, LineRow, OrderRow, PaymentRow, RefundLineRow, RefundRow } from './rows.ts';

/** Amounts of an order in cents, as it was placed and as it stands. */
export interface OrderTotals {
  readonly subtotal: number;
  readonly discounts: number;
  readonly tax: number;
  readonly shipping: number;
  readonly total: number;
  readonly currentSubtotal: number;
  readonly currentTax: number;
  readonly currentShipping: number;
  readonly currentTotal: number;
}

/** What an order was worth when it was placed. */
export function placedTotals(
  order: OrderRow,
  lines: readonly LineRow[],
): Omit<OrderTotals, `current${string}`> {
  const sum = (of: (line: LineRow) => number): number => lines.reduce((total, line) => total + of(line), 0);
  const discounts = sum((line) => cents(line.discount_amount));
  const subtotal = sum((line) => cents(line.gross)) - discounts;
  const tax = sum((line) => cents(line.tax_amount));
  const shipping = cents(order.shipping_amount);
  return { subtotal, discounts, tax, shipping, total: subtotal + tax + shipping };
}

/** What is left of it after cancellations and returns; shipping goes with a refund of it, or when nothing is left. */
export function currentTotals(
  order: OrderRow,
  lines: readonly LineRow[],
  gone: {
    readonly cancelled: readonly CancelledRow[];
    readonly refundLines: readonly RefundLineRow[];
    readonly refunds: readonly RefundRow[];
  },
): OrderTotals {
  const placed = placedTotals(order, lines);
  const { cancelled, refundLines, refunds } = gone;
  if (order.status === 'cancelled') {
    return { ...placed, currentSubtotal: 0, currentTax: 0, currentShipping: 0, currentTotal: 0 };
  }
  const total = (amounts: readonly string[]): number => amounts.reduce((sum, each) => sum + cents(each), 0);
  const net = total([...cancelled.map((each) => each.net), ...refundLines.map((each) => each.amount)]);
  const tax = total([...cancelled.map((each) => each.tax), ...refundLines.map((each) => each.tax_amount)]);
  const currentSubtotal = placed.subtotal - net;
  const currentTax = placed.tax - tax;
  const currentShipping = placed.shipping - total(refunds.map((each) => each.shipping_amount));
  const currentTotal = currentSubtotal + currentTax + currentShipping;
  return { ...placed, currentSubtotal, currentTax, currentShipping, currentTotal };
}

/** Money that came in, went back and was reserved, in cents. */
export function paidTotals(payments: readonly PaymentRow[]): {
  readonly received: number;
  readonly refunded: number;
  readonly isAuthorised: boolean;
  readonly isVoided: boolean;
} {
  const done = payments.filter((each) => each.status === 'succeeded');
  const sum = (kind: PaymentRow['kind']): number =>
    done.reduce((total, each) => (each.kind === kind ? total + cents(each.amount) : total), 0);
  return {
    received: sum('capture'),
    refunded: sum('refund'),
    isAuthorised: done.some((each) => each.kind === 'authorisation'),
    isVoided: done.some((each) => each.kind === 'void'),
  };
}

/** The financial status that follows from the money. */
export function financialStatus(payments: readonly PaymentRow[], isCancelled: boolean): string {
  const { received, refunded, isAuthorised, isVoided } = paidTotals(payments);
  if (received > 0) {
    if (refunded === 0) return 'PAID';
    return refunded >= received ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  }
  if (isVoided || isCancelled) return 'VOIDED';
  return isAuthorised ? 'AUTHORIZED' : 'PENDING';
}
