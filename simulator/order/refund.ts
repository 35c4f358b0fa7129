import type { ActionContext, OrderAction } from './action.ts';
import { refundPayment } from './payment.ts';
import type { Change, RefundLine } from './rows.ts';
import { openUnits, someUnits } from './shipping.ts';
import type { ChosenUnits } from './shipping.ts';
import { lineNetCents, nextShareCents, sum } from './state.ts';
import type { LineSummary, OrderSummary } from './state.ts';

/** What is given back after capture, other than for cancelled goods. */
export const refundActions: readonly OrderAction[] = [
  {
    name: 'return goods',
    weight: (summary) => {
      if (!canRefund(summary) || returnable(summary).length === 0) return 0;
      return summary.order.status === 'delivered' ? 7 : 2;
    },
    run: (summary, context) => {
      const { random } = context;
      const lines = returnable(summary);
      const taken = random.chance(0.4)
        ? lines.map((line) => ({ line, quantity: line.shipped - line.returned }))
        : [someReturned(random.pick(lines), random.integer)];
      return refundLines(summary, taken, random.chance(0.85) ? 'return' : 'no_restock', context);
    },
  },
  {
    // Sold out after all: taken off by a refund, without a cancellation.
    name: 'refund unsent goods',
    weight: (summary) => (canRefund(summary) && openUnits(summary.goods) > 0 ? 2 : 0),
    run: (summary, context) =>
      refundLines(summary, someUnits(summary.goods, context.random.integer), 'cancel', context),
  },
  {
    name: 'refund as goodwill',
    weight: (summary) => (canRefund(summary) ? 1 : 0),
    run: (summary, context) => {
      const atMost = Math.max(1, Math.floor(summary.refundableCents / 10));
      return refund(
        summary,
        { amountCents: context.random.integer(1, atMost), reason: 'goodwill' },
        [],
        context,
      );
    },
  },
];

function canRefund(summary: OrderSummary): boolean {
  return summary.isCaptured && summary.refundableCents > 0;
}

function returnable(summary: OrderSummary): readonly LineSummary[] {
  return summary.goods.filter((line) => line.shipped > line.returned);
}

function someReturned(line: LineSummary, integer: (min: number, max: number) => number): ChosenUnits {
  return { line, quantity: integer(1, line.shipped - line.returned) };
}

function refundLines(
  summary: OrderSummary,
  taken: readonly ChosenUnits[],
  restockType: RefundLine['restockType'],
  context: ActionContext,
): readonly Change[] {
  const lines = taken.map(({ line, quantity }) => ({
    orderLineId: line.line.id,
    quantity,
    amountCents: nextShareCents(line, lineNetCents(line.line), quantity),
    taxCents: nextShareCents(line, line.line.taxCents, quantity),
    restockType,
  }));
  const goodsCents = sum(lines, (line) => line.amountCents + line.taxCents);
  // After goodwill or rounding the customer may have paid less than the goods are worth: no more goes back than came in.
  const amountCents = Math.min(goodsCents, summary.refundableCents);
  return refund(summary, { amountCents, reason: restockType }, lines, context);
}

function refund(
  summary: OrderSummary,
  given: { readonly amountCents: number; readonly reason: string },
  lines: readonly Omit<RefundLine, 'id' | 'refundId'>[],
  context: ActionContext,
): readonly Change[] {
  const { order } = summary;
  const id = context.nextId('refunds');
  const payment = refundPayment(summary, given.amountCents, context);
  return [
    { op: 'insert', table: 'payments', row: payment },
    {
      op: 'insert',
      table: 'refunds',
      row: {
        id,
        orderId: order.id,
        paymentId: payment.id,
        cancellationId: null,
        amountCents: given.amountCents,
        shippingCents: 0,
        currency: order.currency,
        reason: given.reason,
        refundedAt: context.now,
      },
    },
    ...lines.map((line): Change => ({
      op: 'insert',
      table: 'refund_lines',
      row: { id: context.nextId('refund_lines'), refundId: id, ...line },
    })),
  ];
}
