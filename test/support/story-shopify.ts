import {
  idIn,
  intentOf,
  isByCard,
  isoTime,
  lastChange,
  money,
  netOf,
  paymentsOf,
  refundsOf,
  totalOf,
} from './order-story.ts';
import type { OrderStory, RefundParts, SourceRow } from './order-story.ts';

const kinds = { authorisation: 'AUTHORIZATION', capture: 'CAPTURE', void: 'VOID', refund: 'REFUND' } as const;
const gateways = {
  card: 'shopify_payments',
  apple_pay: 'shopify_payments',
  paypal: 'paypal',
  gift_card: 'gift_card',
} as const;
/** Lines of a refund for a cancellation have numbers apart from those of returns. */
const firstCancelledId = 10_000_000_000;

export function gid(type: string, id: number): string {
  return `gid://shopify/${type}/${id}`;
}

function row(table: string, data: SourceRow['data']): SourceRow {
  return { source: 'shopify', table, data };
}

function bag(minor: number, currency: string): SourceRow['data'] {
  const each = { amount: money(minor, currency), currencyCode: currency };
  return { shopMoney: each, presentmentMoney: each };
}

/** What Shopify says of an order. */
export function shopifyRows(story: OrderStory): readonly SourceRow[] {
  return [
    orderRow(story),
    ...lineRows(story),
    ...transactionRows(story),
    ...refundsOf(story).flatMap((refund) => refundRows(story, refund)),
    ...fulfillmentRows(story),
  ];
}

function financialStatus(story: OrderStory): string {
  const refunded = refundsOf(story).reduce((sum, each) => sum + each.total, 0);
  if (story.cancelled?.beforeCapture === true) return 'VOIDED';
  if (story.paid === undefined) return 'PENDING';
  if (refunded === 0) return 'PAID';
  return refunded >= totalOf(story) ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
}

function orderRow(story: OrderStory): SourceRow {
  const { id, currency, placed, customer, cancelled, shipping = 0 } = story;
  const refunded = refundsOf(story).reduce((sum, each) => sum + each.total, 0);
  return row('orders', {
    id: gid('Order', id),
    name: `W-${id}`,
    createdAt: isoTime(placed),
    processedAt: isoTime(placed),
    updatedAt: isoTime(lastChange(story)),
    cancelledAt: cancelled === undefined ? null : isoTime(cancelled.at),
    cancelReason: cancelled === undefined ? null : 'CUSTOMER',
    closedAt: null,
    test: story.isTest === true,
    confirmed: true,
    sourceName: 'web',
    currencyCode: currency,
    presentmentCurrencyCode: currency,
    taxesIncluded: false,
    displayFinancialStatus: financialStatus(story),
    displayFulfillmentStatus: (story.shipments ?? []).length > 0 ? 'FULFILLED' : 'UNFULFILLED',
    customer: customer === null ? null : { id: gid('Customer', customer) },
    shippingAddress: { countryCodeV2: story.country },
    totalShippingPriceSet: bag(shipping, currency),
    totalPriceSet: bag(totalOf(story), currency),
    totalRefundedSet: bag(refunded, currency),
  });
}

/** Units of a line that came back or were never sent. */
function goneFrom(story: OrderStory, line: number): number {
  if (story.cancelled !== undefined) return story.lines[line - 1]?.quantity ?? 0;
  const units = refundsOf(story).flatMap((refund) => refund.lines);
  return units.reduce((sum, each) => (each.line === line ? sum + each.quantity : sum), 0);
}

function lineRows(story: OrderStory): readonly SourceRow[] {
  const { id, currency } = story;
  return story.lines.map((line, index) => {
    const gross = line.quantity * line.price;
    const { product, quantity, tax = 0, discount = 0 } = line;
    return row('order_lines', {
      id: gid('LineItem', idIn(story, index + 1)),
      orderId: gid('Order', id),
      sku: `SKU-${product}`,
      title: `Product ${product}`,
      quantity,
      currentQuantity: quantity - goneFrom(story, index + 1),
      isGiftCard: product === 3,
      product: { id: gid('Product', product) },
      originalUnitPriceSet: bag(line.price, currency),
      originalTotalSet: bag(gross, currency),
      discountedTotalSet: bag(netOf(line), currency),
      totalDiscountSet: bag(discount, currency),
      taxLines: tax === 0 ? [] : [{ title: 'Tax', rate: 0.1, priceSet: bag(tax, currency) }],
    });
  });
}

function transactionRows(story: OrderStory): readonly SourceRow[] {
  const parents = { authorisation: undefined, capture: 1, void: 1, refund: 2 } as const;
  return paymentsOf(story).map(({ kind, nth, at, amount, refund }) => {
    const parent = parents[kind];
    return row('transactions', {
      id: gid('OrderTransaction', idIn(story, nth)),
      orderId: gid('Order', story.id),
      refundId: refund === undefined ? null : gid('Refund', idIn(story, refund)),
      kind: kinds[kind],
      status: 'SUCCESS',
      gateway: gateways[story.method],
      test: story.isTest === true,
      paymentId: isByCard(story) ? intentOf(story) : null,
      parentTransaction: parent === undefined ? null : { id: gid('OrderTransaction', idIn(story, parent)) },
      amountSet: bag(amount, story.currency),
      createdAt: isoTime(at),
      processedAt: isoTime(at),
    });
  });
}

function refundRows(story: OrderStory, refund: RefundParts): readonly SourceRow[] {
  const { currency } = story;
  const id = idIn(story, refund.nth);
  const whole = { orderId: gid('Order', story.id) };
  const header = row('refunds', {
    id: gid('Refund', id),
    ...whole,
    createdAt: isoTime(refund.at),
    updatedAt: isoTime(refund.at),
    processedAt: isoTime(refund.at),
    totalRefundedSet: bag(refund.total, currency),
    refundShippingLines:
      refund.shipping === 0
        ? []
        : [
            {
              id: gid('RefundShippingLine', id),
              subtotalAmountSet: bag(refund.shipping, currency),
              taxAmountSet: bag(0, currency),
            },
          ],
  });
  const returned = refund.lines.map((each) => ({ ...each, key: id * 10 + each.nth, restock: 'RETURN' }));
  const cancelled = story.lines.map((line, index) => ({
    key: firstCancelledId + idIn(story, index + 1),
    line: index + 1,
    quantity: line.quantity,
    goods: netOf(line),
    tax: line.tax ?? 0,
    restock: 'CANCEL',
  }));
  const taken = refund.isCancellation ? cancelled : returned;
  const lines = taken.map(({ key, line, quantity, goods, tax, restock }) =>
    row('refund_lines', {
      id: gid('RefundLineItem', key),
      ...whole,
      refundId: gid('Refund', id),
      lineItem: { id: gid('LineItem', idIn(story, line)) },
      quantity,
      restockType: restock,
      restocked: true,
      subtotalSet: bag(goods, currency),
      totalTaxSet: bag(tax, currency),
    }),
  );
  return [header, ...lines];
}

function fulfillmentRows(story: OrderStory): readonly SourceRow[] {
  return (story.shipments ?? []).flatMap(({ at, carrier, delivered, isReturned, units }, index) => {
    const id = idIn(story, index + 1);
    const arrived = delivered === undefined ? 'IN_TRANSIT' : 'DELIVERED';
    const whole = { orderId: gid('Order', story.id) };
    const header = row('fulfillments', {
      id: gid('Fulfillment', id),
      ...whole,
      name: `W-${story.id}.${index + 1}`,
      status: isReturned === true ? 'CANCELLED' : 'SUCCESS',
      displayStatus: isReturned === true ? 'CANCELED' : arrived,
      totalQuantity: units.reduce((sum, each) => sum + each.quantity, 0),
      createdAt: isoTime(at),
      updatedAt: isoTime(delivered ?? at),
      inTransitAt: isoTime(at),
      deliveredAt: delivered === undefined ? null : isoTime(delivered),
      estimatedDeliveryAt: isoTime('2026-03-12 00:00'),
      trackingInfo: [{ company: carrier, number: `T${id}` }],
    });
    const packed = units.map(({ line, quantity }, place) =>
      row('fulfillment_lines', {
        id: gid('FulfillmentLineItem', id * 10 + place + 1),
        ...whole,
        fulfillmentId: gid('Fulfillment', id),
        lineItem: { id: gid('LineItem', idIn(story, line)) },
        quantity,
      }),
    );
    return [header, ...packed];
  });
}
