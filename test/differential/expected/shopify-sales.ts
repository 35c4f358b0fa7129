import type { CancellationLine, OrderState } from '../../../simulator/order/rows.ts';
import { cancelledTax, firstCancelledId, wholeSecond } from '../world/shopify-objects.ts';
import { shippingTax } from '../world/shopify-terms.ts';
import { positionOf } from '../world/shopify.ts';
import type { SeenOrder } from '../world/shopify.ts';
import { withDiscountsInLines } from './order-discounts.ts';
import type { PricedLine, PricedState } from './order-discounts.ts';
import { bothOf } from './sales.ts';
import type { CancelledLine, RefundLine, Sales } from './sales.ts';
import { share } from './taken-back.ts';
import { hashKey } from './values.ts';

const none: Sales = {
  orders: [],
  lines: [],
  cancelled: [],
  refunds: [],
  refundLines: [],
  captures: [],
  payments: [],
  shipments: [],
  packed: [],
};

/** Sales of the orders that exist on Shopify alone: as they were last seen, less what was deleted. */
export function shopifySales(orders: readonly SeenOrder[]): Sales {
  return orders
    .map((seen) => {
      const { sightings, terms } = seen;
      const whole = sightings.map((each) => ({ ...each, state: withDiscountsInLines(each.state, terms) }));
      const sales = salesOf({ ...seen, sightings: whole });
      // The deletion is the order's: Shopify does not say what becomes of the money and of what was sent.
      const { payments, shipments, packed } = sales;
      return seen.isDestroyed ? { ...none, payments, shipments, packed } : sales;
    })
    .reduce(bothOf, none);
}

/** An order as it was seen, its lines bearing all that it was discounted. */
interface PricedOrder extends Omit<SeenOrder, 'sightings'> {
  readonly sightings: ReadonlyArray<
    Omit<SeenOrder['sightings'][number], 'state'> & { readonly state: PricedState }
  >;
}

/** Cards are paid through Shopify itself. */
const isCard = new Set(['card', 'apple_pay']);

const moment = (at: number): Date => new Date(wholeSecond(at));
const momentOrNull = (at: number | null): Date | null => (at === null ? null : moment(at));

function salesOf(seen: PricedOrder): Sales {
  const state = seen.sightings.at(-1)?.state;
  const order = state?.orders[0];
  if (state === undefined || order === undefined) return none;
  const orderId = BigInt(order.id);
  const { terms } = seen;
  const taxOfShipping = (paid: number): bigint => BigInt(shippingTax(paid, terms));
  return {
    orders: [
      {
        source: 'shopify',
        id: orderId,
        number: order.orderNumber,
        customerId: order.customerId === null ? null : String(order.customerId),
        channel: 'web',
        currency: order.currency,
        status: order.status,
        isTest: order.isTest,
        country: order.shipCountry,
        shipping: BigInt(order.shippingCents) - taxOfShipping(order.shippingCents),
        shippingTax: taxOfShipping(order.shippingCents),
        placedAt: moment(order.placedAt),
        cancelledAt: momentOrNull(order.cancelledAt),
        updatedAt: moment(order.updatedAt),
      },
    ],
    lines: state.order_lines.map((line, index) => ({
      id: BigInt(line.id),
      orderId,
      lineNo: BigInt(index + 1),
      productId: String(line.productId),
      kind: line.kind,
      quantity: BigInt(line.quantity),
      unitPrice: line.unitPrice,
      gross: line.gross,
      discount: BigInt(line.discountCents),
      tax: BigInt(line.taxCents),
      addedAt: addedAt(line, seen),
    })),
    cancelled: state.order_lines.flatMap((line) => cancelledSteps(line, seen, state)),
    refunds: state.refunds.map((refund) => ({
      id: BigInt(refund.id),
      orderId,
      currency: order.currency,
      at: moment(refund.refundedAt),
      amount: BigInt(refund.amountCents),
      shipping: BigInt(refund.shippingCents) - taxOfShipping(refund.shippingCents),
      shippingTax: taxOfShipping(refund.shippingCents),
    })),
    refundLines: refundLinesOf(state),
    captures: capturesOf(state).map((payment) => ({
      orderId,
      currency: payment.currency,
      at: moment(payment.createdAt),
      amount: BigInt(payment.amountCents),
    })),
    payments: state.payments.map((payment) => ({
      source: 'shopify',
      id: BigInt(payment.id),
      orderId,
      kind: payment.kind,
      method: isCard.has(payment.method) ? 'shopify_payments' : payment.method,
      status: payment.status,
      amount: BigInt(payment.amountCents),
      currency: payment.currency,
      ref: payment.processorRef,
      at: moment(payment.createdAt),
    })),
    shipments: state.shipments.map((shipment) => ({
      source: 'shopify',
      id: BigInt(shipment.id),
      orderId,
      // The carrier is told with the number of the parcel.
      carrier: shipment.trackingNumber === null ? null : shipment.carrier,
      status: shipment.status === 'cancelled' && shipment.shippedAt !== null ? 'returned' : shipment.status,
      promisedAt: momentOrNull(shipment.promisedAt),
      shippedAt: momentOrNull(shipment.shippedAt),
      deliveredAt: momentOrNull(shipment.deliveredAt),
    })),
    packed: state.shipment_lines.map((row) => ({
      shipmentId: BigInt(row.shipmentId),
      lineId: BigInt(row.orderLineId),
      quantity: BigInt(row.quantity),
    })),
  };
}

function capturesOf(state: OrderState): OrderState['payments'] {
  return state.payments.filter(({ kind, status }) => kind === 'capture' && status === 'succeeded');
}

/** Half a cent rounds up. */
function grossOf({ quantity, unitPriceE4 }: CancellationLine): bigint {
  return (BigInt(quantity) * BigInt(unitPriceE4) + 50n) / 100n;
}

/** A line that the first sight of its order had not was added by the first that had it. */
function addedAt(line: PricedLine, { sightings }: PricedOrder): Date | null {
  const first = sightings.findIndex(({ state }) => has(state, line));
  const version = sightings[first]?.version;
  return version === undefined || version === sightings[0]?.version ? null : new Date(version);
}

function has({ order_lines: lines }: OrderState, { id }: PricedLine): boolean {
  return lines.some((each) => each.id === id);
}

/** A cancellation of units of a line, as the simulator knows it; Shopify names none. */
interface TrueCancellation {
  readonly units: bigint;
  readonly wasBeforeCapture: boolean;
}

/** What was taken off a line without a refund: units that were refunded Shopify shows as such. */
function takenOff(line: PricedLine, state: OrderState): readonly TrueCancellation[] {
  const refunded = new Set(state.refunds.map(({ cancellationId }) => cancellationId));
  return state.cancellations
    .filter(({ id }) => !refunded.has(id))
    .flatMap(({ id, beforeCapture }) =>
      state.cancellation_lines
        .filter((row) => row.cancellationId === id && row.orderLineId === line.id)
        .map((row) => ({ units: BigInt(row.quantity), wasBeforeCapture: beforeCapture })),
    );
}

/**
 * What Shopify tells of the cancellations of a line: each sighting shows that units have gone since the one before. A
 * cancellation of the whole order after the capture hides what was taken off before it, if nobody looked in between.
 */
function cancelledSteps(line: PricedLine, seen: PricedOrder, last: OrderState): readonly CancelledLine[] {
  const capturedAt = wholeSecondOrNull(earliestOf(capturesOf(last).map(({ createdAt }) => createdAt)));
  const offAt = wholeSecondOrNull(last.orders[0]?.cancelledAt ?? null);
  const known: TrueCancellation[] = [];
  let lookedAt = -Infinity;
  const steps: CancelledLine[] = [];
  for (const { state, version } of seen.sightings) {
    if (version === lookedAt || !has(state, line)) continue;
    const news = takenOff(line, state).slice(known.length);
    const isNews = (at: number | null): at is number => at !== null && at > lookedAt && at <= version;
    const isHidden = isNews(offAt) && capturedAt !== null && capturedAt <= offAt;
    const isBeforeCapture = news.every(({ wasBeforeCapture }) => wasBeforeCapture) && !isHidden;
    // Told by the first of what was new to the reader that leaves them no place in the order any more.
    const tellers = [version, offAt, isBeforeCapture ? capturedAt : null].filter(isNews);
    const before = unitsOf(known);
    known.push(...news);
    lookedAt = version;
    if (news.length === 0) continue;
    const part = (amount: number | bigint): bigint => {
      const upTo = (units: bigint): bigint => share(BigInt(amount), units, BigInt(line.quantity));
      return upTo(unitsOf(known)) - upTo(before);
    };
    steps.push({
      id: hashKey('shopify', line.id, positionOf(version)),
      lineId: BigInt(line.id),
      orderId: BigInt(line.orderId),
      productId: String(line.productId),
      kind: line.kind,
      quantity: unitsOf(news),
      isBeforeCapture,
      at: new Date(Math.min(...tellers)),
      gross: part(line.gross),
      discount: part(line.discountCents),
      tax: part(line.taxCents),
    });
  }
  return steps;
}

function unitsOf(cancellations: readonly TrueCancellation[]): bigint {
  return cancellations.reduce((sum, { units }) => sum + units, 0n);
}

function earliestOf(times: readonly number[]): number | null {
  return times.length === 0 ? null : Math.min(...times);
}

function wholeSecondOrNull(at: number | null): number | null {
  return at === null ? null : wholeSecond(at);
}

/** Goods that came back, and units that a cancellation after capture took off: Shopify shows both as refunded lines. */
function refundLinesOf(state: OrderState): readonly RefundLine[] {
  return state.refunds.flatMap((refund) => {
    const about = {
      refundId: BigInt(refund.id),
      orderId: BigInt(refund.orderId),
      at: moment(refund.refundedAt),
    };
    const returned = state.refund_lines
      .filter((row) => row.refundId === refund.id)
      .map((row) => ({
        ...about,
        id: BigInt(row.id),
        lineId: BigInt(row.orderLineId),
        quantity: BigInt(row.quantity),
        goods: BigInt(row.amountCents),
        tax: BigInt(row.taxCents),
        isUnsent: row.restockType === 'cancel',
      }));
    const cancelled = state.cancellation_lines
      .filter((row) => refund.cancellationId !== null && row.cancellationId === refund.cancellationId)
      .map((row) => ({
        ...about,
        id: BigInt(firstCancelledId + row.id),
        lineId: BigInt(row.orderLineId),
        quantity: BigInt(row.quantity),
        goods: grossOf(row) - BigInt(row.discountCents),
        tax: BigInt(cancelledTax(row, state)),
        isUnsent: true,
      }));
    return [...returned, ...cancelled];
  });
}
