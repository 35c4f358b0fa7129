import type { OrderAction } from './action.ts';
import type { Change, Shipment } from './rows.ts';
import { sum } from './state.ts';
import type { LineSummary, OrderSummary } from './state.ts';

const carriers = ['UPS', 'FedEx', 'USPS', 'DHL', 'OnTrac'] as const;
const dayMs = 86_400_000;

/** What the warehouse and the carriers do. */
export const shippingActions: readonly OrderAction[] = [
  {
    name: 'ship',
    weight: (summary) => (summary.isCaptured && openUnits(summary.goods) > 0 ? 80 : 0),
    run: (summary, context) => {
      const { random, now } = context;
      const leavesAtOnce = random.chance(0.8);
      const id = context.nextId('shipments');
      const row: Shipment = {
        id,
        orderId: summary.order.id,
        carrier: random.pick(carriers),
        trackingNumber: random.chance(0.97) ? `1Z${id.toString(36).toUpperCase().padStart(10, '0')}` : null,
        status: leavesAtOnce ? 'shipped' : 'pending',
        promisedAt: summary.order.placedAt + random.integer(3, 7) * dayMs,
        shippedAt: leavesAtOnce ? now : null,
        deliveredAt: null,
        createdAt: now,
        updatedAt: now,
      };
      const units = random.chance(0.72)
        ? everything(summary.goods)
        : someUnits(summary.goods, random.integer);
      const lines = units.map(({ line, quantity }): Change => ({
        op: 'insert',
        table: 'shipment_lines',
        row: { id: context.nextId('shipment_lines'), shipmentId: id, orderLineId: line.line.id, quantity },
      }));
      return [{ op: 'insert', table: 'shipments', row }, ...lines];
    },
  },
  {
    name: 'dispatch',
    weight: (summary) => 80 * withStatus(summary, 'pending').length,
    run: (summary, { now }) =>
      change(withStatus(summary, 'pending')[0], { status: 'shipped', shippedAt: now, updatedAt: now }),
  },
  {
    name: 'deliver',
    weight: (summary) => 70 * withStatus(summary, 'shipped').length,
    run: (summary, { now }) =>
      change(withStatus(summary, 'shipped')[0], { status: 'delivered', deliveredAt: now, updatedAt: now }),
  },
  {
    // Lost or sent back by the carrier: the units are to be shipped again.
    name: 'cancel a shipment',
    weight: (summary) => 3 * callable(summary).length,
    run: (summary, { now }) => change(callable(summary)[0], { status: 'cancelled', updatedAt: now }),
  },
];

/** Units of some lines, chosen for a shipment, a cancellation or a refund. */
export interface ChosenUnits {
  readonly line: LineSummary;
  readonly quantity: number;
}

/** All open units of all lines. */
export function everything(lines: readonly LineSummary[]): readonly ChosenUnits[] {
  return lines.filter((line) => line.open > 0).map((line) => ({ line, quantity: line.open }));
}

/** Some open units of one line. */
export function someUnits(
  lines: readonly LineSummary[],
  integer: (min: number, max: number) => number,
): readonly ChosenUnits[] {
  const candidates = lines.filter((line) => line.open > 0);
  const line = candidates[integer(0, candidates.length - 1)];
  return line === undefined ? [] : [{ line, quantity: integer(1, line.open) }];
}

/** Units of these lines that are neither sent nor taken off. */
export function openUnits(lines: readonly LineSummary[]): number {
  return sum(lines, (line) => line.open);
}

function withStatus(summary: OrderSummary, status: Shipment['status']): readonly Shipment[] {
  return summary.state.shipments.filter((each) => each.status === status);
}

/** Shipments that can be called off: not delivered, and nothing in them was refunded as returned. */
function callable(summary: OrderSummary): readonly Shipment[] {
  const lineOf = new Map(summary.lines.map((each) => [each.line.id, each]));
  return withStatus(summary, 'shipped').filter((shipment) =>
    summary.state.shipment_lines
      .filter((row) => row.shipmentId === shipment.id)
      .every((row) => {
        const line = lineOf.get(row.orderLineId);
        return line !== undefined && line.shipped - row.quantity >= line.returned;
      }),
  );
}

function change(shipment: Shipment | undefined, fields: Partial<Shipment>): readonly Change[] {
  return shipment === undefined
    ? []
    : [{ op: 'update', table: 'shipments', row: { ...shipment, ...fields } }];
}
