import type { OrderStatus } from './rows.ts';
import { sum, wantedUnits } from './state.ts';
import type { OrderSummary } from './state.ts';

/** The status an order has by what happened to it; it is never set by hand, so it cannot contradict the rows. */
export function statusOf(summary: OrderSummary): OrderStatus {
  if (sum(summary.lines, wantedUnits) === 0) return 'cancelled';
  if (!summary.isCaptured) return 'placed';
  const wanted = sum(summary.goods, wantedUnits);
  // Gift cards are e-mailed the moment they are paid.
  if (wanted === 0) return 'delivered';
  const shipped = sum(summary.goods, (each) => each.shipped);
  if (shipped === 0) return 'paid';
  if (shipped < wanted) return 'partly_shipped';
  return summary.state.shipments.some((each) => each.status === 'shipped') ? 'shipped' : 'delivered';
}
