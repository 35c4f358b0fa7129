import {
  idIn,
  intentOf,
  isByCard,
  lastChange,
  money,
  paymentsOf,
  refundsOf,
  shopTime,
} from './order-story.ts';
import type { OrderStory, RefundParts, SourceRow } from './order-story.ts';

type Values = Readonly<Record<string, string | number | null>>;

/** PostgreSQL's text output of a row, with the order's key and nothing that is undefined. */
function row(table: string, values: Values): SourceRow {
  const data = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value === null ? null : String(value)]),
  );
  return { source: 'shop', table, data };
}

/** What the shop's log says of an order. */
export function shopRows(story: OrderStory): readonly SourceRow[] {
  return [
    orderRow(story),
    ...lineRows(story),
    ...paymentRows(story),
    ...cancellationRows(story),
    ...refundsOf(story).flatMap((refund) => refundRows(story, refund)),
    ...shipmentRows(story),
  ];
}

function statusOf({ cancelled, shipments = [], paid }: OrderStory): string {
  if (cancelled !== undefined) return 'cancelled';
  if (shipments.length === 0) return paid === undefined ? 'placed' : 'paid';
  return shipments.every(({ delivered }) => delivered !== undefined) ? 'delivered' : 'shipped';
}

function orderRow(story: OrderStory): SourceRow {
  const { id, customer, channel, currency, country, placed, shipping = 0, isTest, cancelled } = story;
  return row('orders', {
    id,
    order_number: `W-${id}`,
    customer_id: customer,
    channel,
    currency,
    status: statusOf(story),
    is_test: isTest === true ? 't' : 'f',
    ship_country: country,
    shipping_amount: money(shipping, currency),
    placed_at: shopTime(placed),
    cancelled_at: cancelled === undefined ? null : shopTime(cancelled.at),
    updated_at: shopTime(lastChange(story)),
  });
}

function lineRows(story: OrderStory): readonly SourceRow[] {
  const at = shopTime(story.placed);
  return story.lines.map(({ product, quantity, price, discount = 0, tax = 0 }, index) =>
    row('order_lines', {
      id: idIn(story, index + 1),
      order_id: story.id,
      line_no: index + 1,
      product_id: product,
      quantity,
      unit_price: `${money(price, story.currency)}00`,
      discount_amount: money(discount, story.currency),
      tax_amount: money(tax, story.currency),
      created_at: at,
      updated_at: at,
    }),
  );
}

function paymentRows(story: OrderStory): readonly SourceRow[] {
  return paymentsOf(story).map(({ kind, nth, at, amount }) =>
    row('payments', {
      id: idIn(story, nth),
      order_id: story.id,
      kind,
      method: story.method,
      status: 'succeeded',
      amount: money(amount, story.currency),
      currency: story.currency,
      processor_ref: isByCard(story) ? intentOf(story) : null,
      created_at: shopTime(at),
      updated_at: shopTime(at),
    }),
  );
}

function cancellationRows(story: OrderStory): readonly SourceRow[] {
  const { cancelled, id, customer, currency, channel, lines } = story;
  if (cancelled === undefined) return [];
  const header = row('cancellations', {
    id,
    number: `C-${id}`,
    order_id: id,
    customer_id: customer,
    currency,
    channel,
    before_capture: cancelled.beforeCapture ? 't' : 'f',
    reason: 'customer request',
    cancelled_at: shopTime(cancelled.at),
  });
  const taken = lines.map(({ product, quantity, price, discount = 0 }, index) =>
    row('cancellation_lines', {
      id: idIn(story, index + 1),
      cancellation_id: id,
      order_line_id: idIn(story, index + 1),
      product_id: product,
      quantity,
      unit_price: `${money(price, currency)}00`,
      discount_amount: money(discount, currency),
    }),
  );
  return [header, ...taken];
}

function refundRows(story: OrderStory, refund: RefundParts): readonly SourceRow[] {
  const { currency } = story;
  const refundId = idIn(story, refund.nth);
  const header = row('refunds', {
    id: refundId,
    order_id: story.id,
    payment_id: idIn(story, 2 + refund.nth),
    cancellation_id: refund.isCancellation ? story.id : null,
    amount: money(refund.total, currency),
    shipping_amount: money(refund.shipping, currency),
    currency,
    reason: refund.isCancellation ? 'cancelled' : 'returned',
    refunded_at: shopTime(refund.at),
  });
  const lines = refund.lines.map(({ nth, line, quantity, goods, tax }) =>
    row('refund_lines', {
      id: refundId * 10 + nth,
      refund_id: refundId,
      order_line_id: idIn(story, line),
      quantity,
      amount: money(goods, currency),
      tax_amount: money(tax, currency),
      restock_type: 'return',
    }),
  );
  return [header, ...lines];
}

function shipmentRows(story: OrderStory): readonly SourceRow[] {
  return (story.shipments ?? []).flatMap(({ at, carrier, delivered, isReturned, units }, index) => {
    const id = idIn(story, index + 1);
    const arrived = delivered === undefined ? 'shipped' : 'delivered';
    const header = row('shipments', {
      id,
      order_id: story.id,
      carrier,
      tracking_number: `T${id}`,
      status: isReturned === true ? 'cancelled' : arrived,
      promised_at: shopTime('2026-03-12 00:00'),
      shipped_at: shopTime(at),
      delivered_at: delivered === undefined ? null : shopTime(delivered),
      created_at: shopTime(at),
      updated_at: shopTime(delivered ?? at),
    });
    const packed = units.map(({ line, quantity }, place) =>
      row('shipment_lines', {
        id: id * 10 + place + 1,
        shipment_id: id,
        order_line_id: idIn(story, line),
        quantity,
      }),
    );
    return [header, ...packed];
  });
}
