import type { ActionContext, OrderAction } from './action.ts';
import { refundPayment, voidPayment } from './payment.ts';
import type { Change } from './rows.ts';
import { everything, openUnits, someUnits } from './shipping.ts';
import type { ChosenUnits } from './shipping.ts';
import { lineNetCents, nextShareCents, sum, wantedUnits } from './state.ts';
import type { OrderSummary } from './state.ts';

const reasons = [
  'customer request',
  'out of stock',
  'suspected fraud',
  'price error',
  'duplicate order',
] as const;

function isOpenBeforeCapture(summary: OrderSummary): boolean {
  return !summary.isCaptured && sum(summary.lines, wantedUnits) > 0;
}

/** What takes goods off an order, before its money was captured and after. */
export const cancellationActions: readonly OrderAction[] = [
  {
    name: 'cancel before capture',
    weight: (summary) => (isOpenBeforeCapture(summary) ? 3 : 0),
    run: (summary, context) => {
      const taken = everything(summary.lines);
      const voided = summary.authorisation === undefined ? [] : [voidPayment(summary.authorisation, context)];
      return [...cancellation(summary, taken, context).changes, ...voided];
    },
  },
  {
    name: 'cancel in part before capture',
    weight: (summary) => (isOpenBeforeCapture(summary) && openUnits(summary.goods) > 1 ? 2 : 0),
    run: (summary, context) => {
      const taken = someUnits(summary.goods, context.random.integer);
      const takesAll = sum(taken, (each) => each.quantity) === sum(summary.lines, wantedUnits);
      const voided =
        takesAll && summary.authorisation !== undefined ? [voidPayment(summary.authorisation, context)] : [];
      return [...cancellation(summary, taken, context).changes, ...voided];
    },
  },
  {
    name: 'cancel after capture',
    weight: (summary) => (isRefundable(summary) ? 2 : 0),
    run: (summary, context) => cancelAndRefund(summary, everything(summary.goods), context),
  },
  {
    name: 'cancel in part after capture',
    weight: (summary) => (isRefundable(summary) ? 2 : 0),
    run: (summary, context) =>
      cancelAndRefund(summary, someUnits(summary.goods, context.random.integer), context),
  },
  {
    name: 'remove a line',
    weight: (summary) => (isUntouched(summary) && summary.lines.length > 1 ? 2 : 0),
    run: (summary, context) => [
      { op: 'delete', table: 'order_lines', row: context.random.pick(summary.lines).line },
    ],
  },
];

function isRefundable(summary: OrderSummary): boolean {
  return summary.isCaptured && summary.refundableCents > 0 && openUnits(summary.goods) > 0;
}

/** A basket may lose a line only while nothing else has referred to it. */
function isUntouched(summary: OrderSummary): boolean {
  return summary.state.payments.length === 0 && summary.state.cancellations.length === 0;
}

function cancellation(
  summary: OrderSummary,
  taken: readonly ChosenUnits[],
  context: ActionContext,
): { readonly id: number; readonly changes: readonly Change[] } {
  const { order } = summary;
  const id = context.nextId('cancellations');
  const lines = taken.map(({ line, quantity }): Change => ({
    op: 'insert',
    table: 'cancellation_lines',
    row: {
      id: context.nextId('cancellation_lines'),
      cancellationId: id,
      orderLineId: line.line.id,
      productId: line.line.productId,
      quantity,
      unitPriceE4: line.line.unitPriceE4,
      discountCents: nextShareCents(line, line.line.discountCents, quantity),
    },
  }));
  const head: Change = {
    op: 'insert',
    table: 'cancellations',
    row: {
      id,
      number: `C-${String(id).padStart(8, '0')}`,
      orderId: order.id,
      customerId: order.customerId,
      currency: order.currency,
      channel: order.channel,
      beforeCapture: !summary.isCaptured,
      reason: context.random.pick(reasons),
      cancelledAt: context.now,
    },
  };
  return { id, changes: [head, ...lines] };
}

/** The goods go by a cancellation, so the refund carries cash only: no lines, or they would count twice. */
function cancelAndRefund(
  summary: OrderSummary,
  taken: readonly ChosenUnits[],
  context: ActionContext,
): readonly Change[] {
  const { id, changes } = cancellation(summary, taken, context);
  const goodsCents = sum(taken, ({ line, quantity }) => {
    const taxCents = nextShareCents(line, line.line.taxCents, quantity);
    return nextShareCents(line, lineNetCents(line.line), quantity) + taxCents;
  });
  const takesAll = sum(taken, (each) => each.quantity) === sum(summary.lines, wantedUnits);
  const shippingCents = takesAll ? summary.order.shippingCents : 0;
  const amountCents = Math.min(goodsCents + shippingCents, summary.refundableCents);
  const payment = refundPayment(summary, amountCents, context);
  return [
    ...changes,
    { op: 'insert', table: 'payments', row: payment },
    {
      op: 'insert',
      table: 'refunds',
      row: {
        id: context.nextId('refunds'),
        orderId: summary.order.id,
        paymentId: payment.id,
        cancellationId: id,
        amountCents,
        shippingCents: Math.min(shippingCents, amountCents),
        currency: summary.order.currency,
        reason: 'order cancelled',
        refundedAt: context.now,
      },
    },
  ];
}
