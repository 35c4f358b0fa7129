import { connectList } from './connection.ts';
import type { PageArgs } from './connection.ts';
import { identity } from './context.ts';
import type { ApiObject, ShopifyContext } from './context.ts';
import { dateTime, dateTimeOrNull } from './rows.ts';
import type { LineRow, OrderRow, ShipmentRow, ShippedRow } from './rows.ts';

const statusOf = {
  pending: 'PENDING',
  shipped: 'SUCCESS',
  delivered: 'SUCCESS',
  cancelled: 'CANCELLED',
} as const;
const displayOf = {
  pending: 'FULFILLED',
  shipped: 'IN_TRANSIT',
  delivered: 'DELIVERED',
  cancelled: 'CANCELED',
} as const;

/** A shipment as a Fulfillment; `nth` counts the order's from 1. */
export function fulfillmentNode(
  row: ShipmentRow,
  nth: number,
  order: OrderRow,
  parts: { readonly lines: readonly LineRow[]; readonly lineNode: (row: LineRow) => ApiObject },
  context: ShopifyContext,
): ApiObject {
  const units = async (): Promise<readonly ShippedRow[]> =>
    ((await context.loaders.shipped.get(row.order_id)) ?? []).filter((each) => each.shipment_id === row.id);
  return {
    ...identity('Fulfillment', row.id),
    name: `${order.order_number}.${nth}`,
    status: statusOf[row.status],
    displayStatus: displayOf[row.status],
    createdAt: dateTime(row.created_at),
    updatedAt: dateTime(row.updated_at),
    inTransitAt: dateTimeOrNull(row.shipped_at),
    deliveredAt: dateTimeOrNull(row.delivered_at),
    estimatedDeliveryAt: dateTime(row.promised_at),
    totalQuantity: async () => (await units()).reduce((sum, each) => sum + each.quantity, 0),
    trackingInfo: () => trackingInfo(row, context),
    fulfillmentLineItems: async (args: PageArgs) => {
      const nodes = (await units()).flatMap((unit) => {
        const line = parts.lines.find((each) => each.id === unit.order_line_id);
        if (line === undefined) return [];
        const own = { quantity: unit.quantity, lineItem: parts.lineNode(line) };
        return [{ ...identity('FulfillmentLineItem', unit.id), ...own }];
      });
      return connectList(nodes, args, context.isBulk);
    },
  };
}

function trackingInfo(row: ShipmentRow, { plant }: ShopifyContext): readonly object[] {
  const number = plant('FulfillmentTrackingInfo.number') ?? row.tracking_number;
  return number === null ? [] : [{ company: row.carrier, number, url: null }];
}
