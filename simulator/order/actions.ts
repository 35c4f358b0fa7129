import { countries } from '../world/vocabulary.ts';
import type { Random } from '../world/random.ts';
import type { OrderAction } from './action.ts';
import { cancellationActions } from './cancellation.ts';
import { paymentActions } from './payment.ts';
import { refundActions } from './refund.ts';
import { shippingActions } from './shipping.ts';
import type { OrderSummary } from './state.ts';

/** Nothing happens; by far the most likely thing once an order is delivered or cancelled. */
export const leaveAlone: OrderAction = {
  name: 'leave alone',
  weight: ({ order }) => (order.status === 'delivered' || order.status === 'cancelled' ? 75 : 2),
  run: () => [],
};

/** A late correction that moves no money: the address turns out to be in another country. */
const correctAddress: OrderAction = {
  name: 'correct address',
  weight: () => 1,
  run: ({ order }, { random }) => [
    { op: 'update', table: 'orders', row: { ...order, shipCountry: random.pick(countries).code } },
  ],
};

/** Everything that can happen to an order after it was placed. */
export const orderActions: readonly OrderAction[] = [
  ...paymentActions,
  ...shippingActions,
  ...cancellationActions,
  ...refundActions,
  correctAddress,
  leaveAlone,
];

/** What happens next to this order. */
export function chooseAction(summary: OrderSummary, random: Random): OrderAction {
  return random.weighted(orderActions, (action) => action.weight(summary)) ?? leaveAlone;
}
