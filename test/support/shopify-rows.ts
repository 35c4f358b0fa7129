import { apiTime } from './api-rows.ts';
import type { ApiEntry, Fields } from './api-rows.ts';

/** A global id of Shopify's. */
export function gid(type: string, id: number | string): string {
  return `gid://shopify/${type}/${id}`;
}

/** An amount as Shopify writes it, in the shop's currency and the customer's. */
export function moneyBag(amount: string, currencyCode = 'USD'): Fields {
  const money = { amount, currencyCode };
  return { shopMoney: money, presentmentMoney: money };
}

function shopify(table: string, position: number, data: Fields): ApiEntry {
  return { source: 'shopify', table, op: 'u', position, data };
}

/** An order as it stands at that position. Its lines are rows of their own, in the same version: see {@link shopifyLine}. */
export function shopifyOrder(position: number, id: number, change: Fields = {}): ApiEntry {
  return shopify('orders', position, {
    id: gid('Order', id),
    name: `#${id}`,
    createdAt: '2026-03-10T00:00:00Z',
    processedAt: '2026-03-10T00:00:00Z',
    updatedAt: apiTime(position),
    closedAt: null,
    cancelledAt: null,
    cancelReason: null,
    test: false,
    sourceName: 'web',
    currencyCode: 'USD',
    taxesIncluded: false,
    displayFinancialStatus: 'PAID',
    displayFulfillmentStatus: 'UNFULFILLED',
    customer: null,
    shippingAddress: { countryCodeV2: 'DE' },
    totalDiscountsSet: moneyBag('0.00'),
    totalShippingPriceSet: moneyBag('0.00'),
    totalTaxSet: moneyBag('0.00'),
    totalPriceSet: moneyBag('20.00'),
    totalRefundedSet: moneyBag('0.00'),
    ...change,
  });
}

/** A line of an order; Shopify reads all lines of an order with it, so that they have the order's version. */
export function shopifyLine(position: number, id: number, orderId: number, change: Fields = {}): ApiEntry {
  return shopify('order_lines', position, {
    id: gid('LineItem', id),
    orderId: gid('Order', orderId),
    sku: 'A',
    title: 'T',
    quantity: 2,
    currentQuantity: 2,
    isGiftCard: false,
    product: { id: gid('Product', 1) },
    originalUnitPriceSet: moneyBag('10.00'),
    originalTotalSet: moneyBag('20.00'),
    discountedTotalSet: moneyBag('20.00'),
    totalDiscountSet: moneyBag('0.00'),
    taxLines: [],
    ...change,
  });
}

/** One of a line's taxLines. */
export function taxLine(amount: string, currency = 'USD'): Fields {
  return { title: 'Tax', rate: 0.1, priceSet: moneyBag(amount, currency) };
}

export function shopifyTransaction(
  position: number,
  id: number,
  orderId: number,
  change: Fields = {},
): ApiEntry {
  return shopify('transactions', position, {
    id: gid('OrderTransaction', id),
    orderId: gid('Order', orderId),
    refundId: null,
    parentTransaction: null,
    kind: 'SALE',
    status: 'SUCCESS',
    gateway: 'shopify_payments',
    test: false,
    paymentId: null,
    amountSet: moneyBag('20.00'),
    createdAt: apiTime(position),
    processedAt: apiTime(position),
    ...change,
  });
}

export function shopifyRefund(position: number, id: number, orderId: number, change: Fields = {}): ApiEntry {
  return shopify('refunds', position, {
    id: gid('Refund', id),
    orderId: gid('Order', orderId),
    createdAt: apiTime(position),
    processedAt: apiTime(position),
    updatedAt: apiTime(position),
    totalRefundedSet: moneyBag('10.00'),
    refundShippingLines: [],
    ...change,
  });
}

export function shopifyRefundLine(
  position: number,
  id: number,
  of: { readonly refundId: number; readonly orderId: number; readonly lineId: number },
  change: Fields = {},
): ApiEntry {
  return shopify('refund_lines', position, {
    id: gid('RefundLineItem', id),
    refundId: gid('Refund', of.refundId),
    orderId: gid('Order', of.orderId),
    lineItem: { id: gid('LineItem', of.lineId) },
    quantity: 1,
    restockType: 'RETURN',
    subtotalSet: moneyBag('10.00'),
    totalTaxSet: moneyBag('0.00'),
    ...change,
  });
}

export function shopifyFulfillment(
  position: number,
  id: number,
  orderId: number,
  change: Fields = {},
): ApiEntry {
  return shopify('fulfillments', position, {
    id: gid('Fulfillment', id),
    orderId: gid('Order', orderId),
    name: `#${orderId}.1`,
    status: 'SUCCESS',
    displayStatus: 'IN_TRANSIT',
    createdAt: apiTime(position),
    updatedAt: apiTime(position),
    inTransitAt: apiTime(position),
    deliveredAt: null,
    estimatedDeliveryAt: null,
    trackingInfo: [{ company: 'dhl', number: '1' }],
    ...change,
  });
}

export function shopifyFulfillmentLine(
  position: number,
  id: number,
  of: { readonly shipmentId: number; readonly orderId: number; readonly lineId: number },
  change: Fields = {},
): ApiEntry {
  return shopify('fulfillment_lines', position, {
    id: gid('FulfillmentLineItem', id),
    fulfillmentId: gid('Fulfillment', of.shipmentId),
    orderId: gid('Order', of.orderId),
    lineItem: { id: gid('LineItem', of.lineId) },
    quantity: 1,
    ...change,
  });
}

export function shopifyCustomer(position: number, id: number, change: Fields = {}): ApiEntry {
  return shopify('customers', position, {
    id: gid('Customer', id),
    createdAt: '2026-03-01T00:00:00Z',
    updatedAt: apiTime(position),
    state: 'ENABLED',
    defaultEmailAddress: { emailAddress_token: `em_${id}` },
    defaultAddress: { countryCodeV2: 'DE' },
    ...change,
  });
}
