import type { OrderLine, OrderState, Payment, Shipment } from '../../../simulator/order/rows.ts';
import { grossCents } from '../../../simulator/world/money.ts';
import { minorDigits, shippingTax, toldLine } from './shopify-terms.ts';
import type { Terms } from './shopify-terms.ts';

/** An object as its raw table holds it. */
export interface ShopifyObject {
  readonly table: string;
  readonly data: object;
}

/** A number as Shopify's id of a type. */
export function gid(type: string, id: number): string {
  return `gid://shopify/${type}/${id}`;
}

/** Shopify tells whole seconds. */
export function wholeSecond(at: number): number {
  return Math.floor(at / 1000) * 1000;
}

function time(at: number | null): string | null {
  return at === null ? null : `${new Date(wholeSecond(at)).toISOString().slice(0, 19)}Z`;
}

/** Money of an order, in its currency and in the customer's. */
type Bag = (minor: number) => object;

function bagsOf(currency: string, { presentment }: Terms): Bag {
  const unit = 10 ** minorDigits(currency);
  return (minor) => ({
    // At least one digit behind the point, also of a currency that has none.
    shopMoney: {
      amount: (minor / unit).toFixed(Math.max(1, minorDigits(currency))),
      currencyCode: currency,
    },
    presentmentMoney: {
      amount: ((minor / unit) * presentment.rate).toFixed(2),
      currencyCode: presentment.currency,
    },
  });
}

function sumOf<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

/** All objects of an order as they stand. */
export function orderObjects(state: OrderState, terms: Terms): readonly ShopifyObject[] {
  const order = state.orders[0];
  if (order === undefined) return [];
  const bag = bagsOf(order.currency, terms);
  const orderId = gid('Order', order.id);
  const child = (table: string, data: object): ShopifyObject => ({ table, data: { orderId, ...data } });
  return [
    { table: 'orders', data: orderObject(state, terms) },
    ...state.order_lines.map((line) => child('order_lines', lineObject(line, state, terms))),
    ...state.payments.map((each) => child('transactions', transactionObject(each, state, bag))),
    ...state.refunds.map((each) =>
      child('refunds', {
        id: gid('Refund', each.id),
        createdAt: time(each.refundedAt),
        processedAt: time(each.refundedAt),
        totalRefundedSet: bag(each.amountCents),
        refundShippingLines: shippingBack(each.shippingCents, terms, bag),
      }),
    ),
    ...refundLineObjects(state, terms).map((each) => child('refund_lines', each)),
    ...state.shipments.map((each) => child('fulfillments', fulfillmentObject(each))),
    ...state.shipment_lines.map((each) =>
      child('fulfillment_lines', {
        id: gid('FulfillmentLineItem', each.id),
        fulfillmentId: gid('Fulfillment', each.shipmentId),
        lineItem: { id: gid('LineItem', each.orderLineId) },
        quantity: each.quantity,
      }),
    ),
  ];
}

function shippingBack(paid: number, terms: Terms, bag: Bag): readonly object[] {
  if (paid === 0) return [];
  const tax = shippingTax(paid, terms);
  return [{ subtotalAmountSet: bag(terms.isTaxIncluded ? paid : paid - tax), taxAmountSet: bag(tax) }];
}

const fulfillmentStatus: Readonly<Record<string, string>> = {
  partly_shipped: 'PARTIALLY_FULFILLED',
  shipped: 'FULFILLED',
  delivered: 'FULFILLED',
};

function orderObject(state: OrderState, terms: Terms): object {
  const order = state.orders[0];
  if (order === undefined) throw new TypeError('an order that was not placed is not on Shopify');
  const { isTaxIncluded, furtherDiscount } = terms;
  const bag = bagsOf(order.currency, terms);
  const gross = sumOf(state.order_lines, (line) => toldLine(line, terms).gross);
  const discounts = sumOf(state.order_lines, (line) => toldLine(line, terms).discount) + furtherDiscount;
  const ofShipping = shippingTax(order.shippingCents, terms);
  const tax = sumOf(state.order_lines, (line) => line.taxCents) + ofShipping;
  const shipping = isTaxIncluded ? order.shippingCents : order.shippingCents - ofShipping;
  return {
    id: gid('Order', order.id),
    name: order.orderNumber,
    createdAt: time(order.placedAt),
    processedAt: time(order.placedAt),
    updatedAt: time(order.updatedAt),
    cancelledAt: time(order.cancelledAt),
    closedAt: null,
    currencyCode: order.currency,
    presentmentCurrencyCode: terms.presentment.currency,
    test: order.isTest,
    taxesIncluded: isTaxIncluded,
    sourceName: 'web',
    customer: order.customerId === null ? null : { id: gid('Customer', order.customerId) },
    shippingAddress: { countryCodeV2: order.shipCountry },
    displayFinancialStatus: financialStatus(state),
    displayFulfillmentStatus: fulfillmentStatus[order.status] ?? 'UNFULFILLED',
    totalDiscountsSet: bag(discounts),
    totalTaxSet: bag(tax),
    totalShippingPriceSet: bag(shipping),
    totalPriceSet: bag(gross - discounts + shipping + (isTaxIncluded ? 0 : tax)),
    totalRefundedSet: bag(sumOf(state.refunds, (each) => each.amountCents)),
  };
}

function financialStatus({ payments, orders }: OrderState): string {
  const done = payments.filter((each) => each.status === 'succeeded');
  const sum = (kind: Payment['kind']): number =>
    sumOf(done, (each) => (each.kind === kind ? each.amountCents : 0));
  const [received, refunded] = [sum('capture'), sum('refund')];
  if (received > 0 && refunded === 0) return 'PAID';
  if (received > 0) return refunded >= received ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  if (done.some((each) => each.kind === 'void') || orders[0]?.status === 'cancelled') return 'VOIDED';
  return done.some((each) => each.kind === 'authorisation') ? 'AUTHORIZED' : 'PENDING';
}

function lineObject(line: OrderLine, state: OrderState, terms: Terms): object {
  const gone = (rows: readonly { readonly orderLineId: number; readonly quantity: number }[]): number =>
    sumOf(rows, (row) => (row.orderLineId === line.id ? row.quantity : 0));
  const currency = state.orders[0]?.currency ?? '';
  const bag = bagsOf(currency, terms);
  const { gross, ownDiscount: discount } = toldLine(line, terms);
  return {
    id: gid('LineItem', line.id),
    sku: `SKU-${line.productId}`,
    quantity: line.quantity,
    currentQuantity: line.quantity - gone(state.refund_lines) - gone(state.cancellation_lines),
    isGiftCard: line.kind === 'gift_card',
    product: { id: gid('Product', line.productId) },
    originalUnitPriceSet: {
      shopMoney: { amount: unitPriceText(line, currency, terms), currencyCode: currency },
    },
    originalTotalSet: bag(gross),
    discountedTotalSet: bag(gross - discount),
    totalDiscountSet: bag(discount),
    taxLines: taxesOf(line).map(([title, tax]) => ({ title, rate: 0, priceSet: bag(tax) })),
  };
}

/** The price of a unit with four digits; with its part of the tax where prices have it in them. */
export function unitPriceText(line: OrderLine, currency: string, terms: Terms): string {
  const tax = toldLine(line, terms).gross - grossCents(line.quantity, line.unitPriceE4);
  return ((line.unitPriceE4 / 100 + tax / line.quantity) / 10 ** minorDigits(currency)).toFixed(4);
}

/** A state and a county tax the same sale. */
function taxesOf({ taxCents }: OrderLine): ReadonlyArray<readonly [title: string, tax: number]> {
  const county = Math.floor(taxCents / 3);
  const parts = [['State tax', taxCents - county] as const, ['County tax', county] as const];
  return parts.filter(([, tax]) => tax > 0);
}

const kinds = { authorisation: 'AUTHORIZATION', capture: 'CAPTURE', void: 'VOID', refund: 'REFUND' } as const;
const statuses = { pending: 'PENDING', succeeded: 'SUCCESS', failed: 'FAILURE' } as const;

function transactionObject(payment: Payment, state: OrderState, bag: Bag): object {
  const refund = state.refunds.find((each) => each.paymentId === payment.id);
  return {
    id: gid('OrderTransaction', payment.id),
    refundId: refund === undefined ? null : gid('Refund', refund.id),
    kind: kinds[payment.kind],
    status: statuses[payment.status],
    gateway:
      payment.method === 'card' || payment.method === 'apple_pay' ? 'shopify_payments' : payment.method,
    test: state.orders[0]?.isTest ?? false,
    paymentId: payment.processorRef,
    parentTransaction: null,
    amountSet: bag(payment.amountCents),
    createdAt: time(payment.createdAt),
    processedAt: time(payment.createdAt),
  };
}

/** Refund lines of cancellations have numbers of their own, apart from those of returns. */
export const firstCancelledId = 10_000_000_000;
const restockTypes = { return: 'RETURN', cancel: 'CANCEL', no_restock: 'NO_RESTOCK' } as const;

/** What a refund gives back: goods that were returned, and units that a cancellation after capture took off. */
function refundLineObjects(state: OrderState, terms: Terms): readonly object[] {
  const bag = bagsOf(state.orders[0]?.currency ?? '', terms);
  const money = (goods: number, tax: number): object => ({
    subtotalSet: bag(terms.isTaxIncluded ? goods + tax : goods),
    totalTaxSet: bag(tax),
  });
  const about = (id: number, refundId: number, lineId: number, quantity: number): object => ({
    id: gid('RefundLineItem', id),
    refundId: gid('Refund', refundId),
    lineItem: { id: gid('LineItem', lineId) },
    quantity,
  });
  const returned = state.refund_lines.map((row) => ({
    ...about(row.id, row.refundId, row.orderLineId, row.quantity),
    restockType: restockTypes[row.restockType],
    ...money(row.amountCents, row.taxCents),
  }));
  const cancelled = state.refunds.flatMap((refund) =>
    state.cancellation_lines
      .filter((row) => row.cancellationId === refund.cancellationId)
      .map((row) => ({
        ...about(firstCancelledId + row.id, refund.id, row.orderLineId, row.quantity),
        restockType: 'CANCEL',
        ...money(grossCents(row.quantity, row.unitPriceE4) - row.discountCents, cancelledTax(row, state)),
      })),
  );
  return [...returned, ...cancelled];
}

/** The tax of the units, each cancellation for itself. */
export function cancelledTax(
  row: { readonly orderLineId: number; readonly quantity: number },
  state: OrderState,
): number {
  const line = state.order_lines.find((each) => each.id === row.orderLineId);
  return line === undefined ? 0 : Math.round((line.taxCents * row.quantity) / line.quantity);
}

const shipmentStatus = {
  pending: 'PENDING',
  shipped: 'SUCCESS',
  delivered: 'SUCCESS',
  cancelled: 'CANCELLED',
} as const;

function fulfillmentObject(shipment: Shipment): object {
  return {
    id: gid('Fulfillment', shipment.id),
    name: `#${shipment.id}`,
    status: shipmentStatus[shipment.status],
    displayStatus: null,
    createdAt: time(shipment.createdAt),
    updatedAt: time(shipment.updatedAt),
    inTransitAt: time(shipment.shippedAt),
    deliveredAt: time(shipment.deliveredAt),
    estimatedDeliveryAt: time(shipment.promisedAt),
    trackingInfo:
      shipment.trackingNumber === null
        ? []
        : [{ company: shipment.carrier, number: shipment.trackingNumber }],
  };
}
