import { liveOwnOrder } from '../../../simulator/shopify/own-order.ts';
import type { Basket } from '../../../simulator/order/placement.ts';
import type { OrderState } from '../../../simulator/order/rows.ts';
import { summarise } from '../../../simulator/order/state.ts';

/** An order of Shopify's own as it stood when it was paid and nothing of it packed yet; nothing if it never was. */
export function paidState(seed: number, number: number, basket: Basket): OrderState | undefined {
  let at: number | undefined = basket.placedAt + 1;
  while (at !== undefined) {
    const { state, nextAt } = liveOwnOrder(seed, number, basket, at);
    if (summarise(state).isCaptured && state.shipments.length === 0)
      return state.orders[0]?.status === 'paid' ? state : undefined;
    at = nextAt === undefined ? undefined : nextAt + 1;
  }
  return undefined;
}

/** All that is left of a paid order cancelled, and nothing given back, which the simulator never does. */
export function cancelledUnrefunded(paid: OrderState, cancelledAt: number): OrderState {
  const { order, lines } = summarise(paid);
  // At the end of the ids that belong to the order.
  const id = order.id + 255;
  const cancellation = {
    id,
    number: `C-${id}`,
    orderId: order.id,
    customerId: order.customerId,
    currency: order.currency,
    channel: order.channel,
    beforeCapture: false,
    reason: 'customer request',
    cancelledAt,
  };
  const taken = lines
    .filter(({ open }) => open > 0)
    .map(({ line, open }) => ({
      id: id - line.lineNo,
      cancellationId: id,
      orderLineId: line.id,
      productId: line.productId,
      quantity: open,
      unitPriceE4: line.unitPriceE4,
      discountCents: 0,
    }));
  return {
    ...paid,
    orders: [{ ...order, status: 'cancelled', cancelledAt, updatedAt: cancelledAt }],
    cancellations: [...paid.cancellations, cancellation],
    cancellation_lines: [...paid.cancellation_lines, ...taken],
  };
}
