import type { ActionContext, OrderAction } from '../../../simulator/order/action.ts';
import { refundPayment } from '../../../simulator/order/payment.ts';
import { shippingActions } from '../../../simulator/order/shipping.ts';
import type { Change, OrderLine, RefundLine } from '../../../simulator/order/rows.ts';
import { lineNetCents, sum, wantedUnits } from '../../../simulator/order/state.ts';
import type { LineSummary, OrderSummary } from '../../../simulator/order/state.ts';

const sendBack = shippingActions.find(({ name }) => name === 'cancel a shipment');

/** What happens to orders besides what the simulator does to them, or more often. */
export const rarerActions: readonly OrderAction[] = [
  {
    name: 'add a line',
    weight: (summary) => (!summary.isCaptured && sum(summary.lines, wantedUnits) > 0 ? 4 : 0),
    run: (summary, context) => {
      const { line } = context.random.pick(summary.lines);
      return [{ op: 'insert', table: 'order_lines', row: anotherOf(line, context) }];
    },
  },
  {
    name: 'refund shipping',
    weight: (summary) => (isShippingDue(summary) ? 3 : 0),
    run: (summary, context) => {
      const shippingCents = Math.min(summary.refundableCents, summary.order.shippingCents);
      const part = context.random.chance(0.5) ? shippingCents : Math.ceil(shippingCents / 2);
      return refund(summary, context, { amountCents: part, shippingCents: part });
    },
  },
  {
    name: 'send a parcel back',
    weight: (summary) => 4 * (sendBack?.weight(summary) ?? 0),
    run: (summary, context) => sendBack?.run(summary, context) ?? [],
  },
  {
    name: 'refund what came back',
    weight: (summary) => (summary.isCaptured && cameBack(summary).length > 0 ? 40 : 0),
    run: (summary, context) => {
      const { line, open } = context.random.pick(cameBack(summary));
      const quantity = context.random.chance(0.7) ? open : context.random.integer(1, open);
      const amountCents = Math.min(summary.refundableCents, quantity * 100);
      return refund(
        summary,
        context,
        { amountCents, shippingCents: 0 },
        { orderLineId: line.id, quantity, amountCents, taxCents: 0, restockType: 'return' },
      );
    },
  },
  {
    name: 'take a gift card back',
    weight: (summary) => (cardsToTakeBack(summary).length > 0 ? 6 : 0),
    run: (summary, context) => {
      const { line } = context.random.pick(cardsToTakeBack(summary));
      // Now and then something is kept of it.
      const kept = context.random.chance(0.4) ? 100 : 0;
      const amountCents = Math.min(summary.refundableCents, lineNetCents(line) - kept);
      return refund(
        summary,
        context,
        { amountCents, shippingCents: 0 },
        {
          orderLineId: line.id,
          quantity: 1,
          amountCents,
          taxCents: 0,
          restockType: 'return',
        },
      );
    },
  },
];

function anotherOf(line: OrderLine, { nextId, now, random }: ActionContext): OrderLine {
  return {
    ...line,
    id: nextId('order_lines'),
    lineNo: line.lineNo + 10,
    quantity: random.integer(1, 3),
    createdAt: now,
    updatedAt: now,
  };
}

function isShippingDue({ order, state, isCaptured, refundableCents }: OrderSummary): boolean {
  const isGiven = state.refunds.some(({ shippingCents }) => shippingCents > 0);
  return isCaptured && refundableCents > 0 && order.shippingCents > 0 && !isGiven;
}

/** Lines of goods that a parcel has come back with and that still lack units: they may be sent again all the same. */
function cameBack({ state, goods, refundableCents }: OrderSummary): readonly LineSummary[] {
  const back = new Set(
    state.shipments
      .filter(({ status, shippedAt }) => status === 'cancelled' && shippedAt !== null)
      .map(({ id }) => id),
  );
  const lines = new Set(
    state.shipment_lines.filter((row) => back.has(row.shipmentId)).map((row) => row.orderLineId),
  );
  return refundableCents > 0 ? goods.filter(({ line, open }) => open > 0 && lines.has(line.id)) : [];
}

function cardsToTakeBack({ lines, isCaptured, refundableCents }: OrderSummary): readonly LineSummary[] {
  return isCaptured && refundableCents > 3000
    ? lines.filter(({ line, open }) => line.kind === 'gift_card' && open > 0)
    : [];
}

function refund(
  summary: OrderSummary,
  context: ActionContext,
  given: { readonly amountCents: number; readonly shippingCents: number },
  line?: Omit<RefundLine, 'id' | 'refundId'>,
): readonly Change[] {
  const payment = refundPayment(summary, given.amountCents, context);
  const id = context.nextId('refunds');
  const head: Change = {
    op: 'insert',
    table: 'refunds',
    row: {
      id,
      orderId: summary.order.id,
      paymentId: payment.id,
      cancellationId: null,
      ...given,
      currency: summary.order.currency,
      reason: 'goodwill',
      refundedAt: context.now,
    },
  };
  const paid: Change = { op: 'insert', table: 'payments', row: payment };
  if (line === undefined) return [paid, head];
  const row = { id: context.nextId('refund_lines'), refundId: id, ...line };
  return [paid, head, { op: 'insert', table: 'refund_lines', row }];
}

/** Gift cards that sell for less than they are worth; the simulator's never do. */
export function discountedCards(placed: readonly Change[], { random }: ActionContext): readonly Change[] {
  return placed.map((change) =>
    change.table === 'order_lines' && change.row.kind === 'gift_card' && random.chance(0.6)
      ? { ...change, row: { ...change.row, discountCents: random.integer(1, 500) } }
      : change,
  );
}
