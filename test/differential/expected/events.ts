import { chargebacksOf } from './chargebacks.ts';
import { kindOf } from './dimensions.ts';
import type { Dimensions } from './dimensions.ts';
import { customerKeys } from './orders.ts';
import type { Sales } from './sales.ts';
import type { Account } from './stripe-account.ts';
import { share, shippingStory, soldAt, taxesOf } from './taken-back.ts';
import { inCents, rateText, readRates } from './rates.ts';
import { dayOf, groupBy, hashKey, minorUnits, total } from './values.ts';
import type { MartRow } from './values.ts';
import { lookup } from './versions.ts';
import type { MemberVersion } from './versions.ts';

/** One thing that happened, before it is told with its order. */
interface Event {
  readonly type: string;
  readonly sourceKind: string;
  readonly sourceId: bigint;
  readonly orderId: bigint;
  readonly lineId: bigint | undefined;
  readonly product: MemberVersion | undefined;
  readonly quantity: bigint;
  readonly amount: bigint;
  /** What a refund gave back, where the event is about its rate. */
  readonly refunded: bigint;
  readonly at: Date;
  /** Where it is another than the order's. */
  readonly currency?: string | null;
}

/** Economic events: what was sold with what comes with it, and what took it back later. Parts of nothing are no events. */
export function fctOrderEvents(sales: Sales, dimensions: Dimensions, account: Account): readonly MartRow[] {
  const keysOf = customerKeys(dimensions);
  const orders = new Map(sales.orders.map((order) => [order.id, order]));
  const rateOn = readRates();
  return eventsOf(sales, dimensions, account).flatMap((event) => {
    const order = orders.get(event.orderId);
    if (order === undefined) return [];
    const currency = event.currency ?? order.currency;
    const rate = rateOn(currency, dayOf(order.placedAt)) ?? 0n;
    const worth = (amount: bigint, at: bigint): bigint => inCents(amount, minorUnits(currency), at);
    // What a refund was worth more or less on its own day.
    const moved =
      worth(event.refunded, rate) - worth(event.refunded, rateOn(currency, dayOf(event.at)) ?? 0n);
    if (event.type === 'refund_fx' && moved === 0n) return [];
    return [
      {
        order_event_key: hashKey(event.type, event.sourceKind, event.sourceId),
        event_type: event.type,
        source_system: order.source,
        event_group_id: event.orderId,
        order_key: hashKey(event.orderId),
        order_id: event.orderId,
        order_line_key: event.lineId === undefined ? -2n : hashKey(event.lineId),
        ...keysOf(order.customerId, order.placedAt),
        product_key: event.product?.key ?? -2n,
        product_durable_key: event.product?.durableKey ?? -2n,
        channel: order.channel,
        country: order.country,
        currency,
        is_test: order.isTest,
        quantity: event.quantity,
        amount_minor: event.amount,
        fx_rate: rateText(rate),
        reporting_minor: event.type === 'refund_fx' ? moved : worth(event.amount, rate),
        event_at: event.at,
        event_date: dayOf(event.at),
        order_date: dayOf(order.placedAt),
      },
    ];
  });
}

function eventsOf(sales: Sales, dimensions: Dimensions, account: Account): readonly Event[] {
  const happened = [
    ...saleEvents(sales, dimensions),
    ...cancellationEvents(sales, dimensions),
    ...refundEvents(sales, dimensions),
    ...chargebackEvents(account),
  ].map((event) => ({ ...event, refunded: 0n }));
  const revalued = sales.refunds.map(({ id, orderId, at, amount, currency }) => ({
    type: 'refund_fx',
    sourceKind: 'refund',
    sourceId: id,
    orderId,
    lineId: undefined,
    product: undefined,
    quantity: 0n,
    amount: 0n,
    refunded: amount,
    at,
    currency,
  }));
  return [...happened, ...revalued];
}

type Happened = Omit<Event, 'refunded'>;

/** In the currency in which the processor took the money. */
function chargebackEvents(account: Account): readonly Happened[] {
  return chargebacksOf(account).map(({ type, key, orderId, amount, currency, at }) => ({
    type,
    sourceKind: 'chargeback',
    sourceId: key,
    orderId,
    lineId: undefined,
    product: undefined,
    quantity: 0n,
    amount,
    at,
    currency,
  }));
}

const soldAs: Readonly<Record<string, string>> = { goods: 'sale', gift_card: 'gift_card_sale' };

function saleEvents(sales: Sales, { products }: Dimensions): readonly Happened[] {
  const productAt = lookup(products);
  const orders = new Map(sales.orders.map((order) => [order.id, order]));
  const ofLines = sales.lines.flatMap((line): readonly Happened[] => {
    const order = orders.get(line.orderId);
    if (order === undefined) return [];
    const product = productAt(line.productId, order.placedAt);
    const kind = line.kind ?? kindOf(product);
    const about = { sourceKind: 'line', sourceId: line.id, orderId: order.id, lineId: line.id, product };
    const at = soldAt(line, order);
    const part = (type: string, amount: bigint): readonly Happened[] =>
      amount === 0n ? [] : [{ ...about, type, quantity: 0n, amount, at }];
    return [
      {
        ...about,
        type: soldAs[kind] ?? kind,
        quantity: line.quantity,
        amount: line.gross,
        at,
      },
      ...part(kind === 'gift_card' ? 'gift_card_discount' : 'discount', -line.discount),
      ...part('tax', line.tax),
    ];
  });
  const ofOrders = sales.orders.flatMap((order): readonly Happened[] => {
    const about = {
      sourceKind: 'order',
      sourceId: order.id,
      orderId: order.id,
      lineId: undefined,
      product: undefined,
      quantity: 0n,
      at: order.placedAt,
    };
    const part = (type: string, amount: bigint): readonly Happened[] =>
      amount === 0n ? [] : [{ ...about, type, amount }];
    return [...part('shipping', order.shipping), ...part('tax', order.shippingTax)];
  });
  return [...ofLines, ...ofOrders];
}

function cancellationEvents(sales: Sales, { products }: Dimensions): readonly Happened[] {
  const productAt = lookup(products);
  const taxOf = taxesOf(sales);
  const ofLines = sales.cancelled.flatMap((line): readonly Happened[] => {
    const product = productAt(line.productId, line.at);
    const kind = line.kind ?? kindOf(product);
    const about = {
      sourceKind: 'cancellation_line',
      sourceId: line.id,
      orderId: line.orderId,
      lineId: line.lineId,
      product,
      at: line.at,
    };
    const goods = line.isBeforeCapture ? 'void' : 'cancellation';
    const type = kind === 'gift_card' ? 'gift_card_cancellation' : goods;
    const discountType = kind === 'gift_card' ? 'gift_card_cancellation_discount' : `${goods}_discount`;
    const part = (of: string, amount: bigint): readonly Happened[] =>
      amount === 0n ? [] : [{ ...about, type: of, quantity: 0n, amount }];
    return [
      { ...about, type, quantity: -line.quantity, amount: -line.gross },
      ...part(discountType, line.discount),
      ...part(`${goods}_tax`, -taxOf(line)),
    ];
  });
  return [...ofLines, ...shippingEvents(sales)];
}

/** Nothing is left of an order: its shipping goes with the cancellation that left nothing. */
function shippingEvents(sales: Sales): readonly Happened[] {
  return shippingStory(sales).turns.flatMap(({ order, id, at, isBeforeCapture, shipping, tax }) => {
    const about = {
      sourceKind: 'cancelled_order',
      sourceId: id,
      orderId: order.id,
      lineId: undefined,
      product: undefined,
      quantity: 0n,
      at,
    };
    const word = isBeforeCapture ? 'void' : 'cancellation';
    return [
      ...(shipping === 0n ? [] : [{ ...about, type: `${word}_shipping`, amount: shipping }]),
      ...(tax === 0n ? [] : [{ ...about, type: `${word}_tax`, amount: tax }]),
    ];
  });
}

function refundEvents(sales: Sales, { products }: Dimensions): readonly Happened[] {
  const productAt = lookup(products);
  const orders = new Map(sales.orders.map((order) => [order.id, order]));
  const soldLines = new Map(sales.lines.map((line) => [line.id, line]));
  const linesOf = groupBy(sales.refundLines, ({ refundId }) => String(refundId));
  const currencies = new Map(sales.refunds.map(({ id, currency }) => [id, currency]));
  const ofLines = sales.refundLines.flatMap((back): readonly Happened[] => {
    const line = soldLines.get(back.lineId);
    const order = line === undefined ? undefined : orders.get(line.orderId);
    const product = order === undefined ? undefined : productAt(line?.productId, order.placedAt);
    const about = {
      sourceKind: 'refund_line',
      sourceId: back.id,
      orderId: back.orderId,
      lineId: back.lineId,
      product,
      at: back.at,
      currency: currencies.get(back.refundId) ?? null,
    };
    const kind = line?.kind ?? kindOf(product);
    const isCard = kind === 'gift_card';
    const worth = isCard && line !== undefined ? share(line.gross, back.quantity, line.quantity) : back.goods;
    const type = isCard ? 'gift_card_refund' : 'refund';
    const part = (of: string, amount: bigint): readonly Happened[] =>
      amount === 0n ? [] : [{ ...about, type: of, quantity: 0n, amount }];
    return [
      { ...about, type, quantity: -back.quantity, amount: -worth },
      ...part('gift_card_refund_discount', worth - back.goods),
      ...part('refund_tax', -back.tax),
    ];
  });
  const { late } = shippingStory(sales);
  const ofRefunds = sales.refunds.flatMap((refund): readonly Happened[] => {
    // Shipping that a cancellation took is not given back a second time.
    const [shipping, tax] = late.has(refund.id) ? [0n, 0n] : [refund.shipping, refund.shippingTax];
    const inLines = total(linesOf.get(String(refund.id)) ?? [], ({ goods, tax }) => goods + tax);
    const about = {
      sourceKind: 'refund',
      sourceId: refund.id,
      orderId: refund.orderId,
      lineId: undefined,
      product: undefined,
      quantity: 0n,
      at: refund.at,
      currency: refund.currency,
    };
    const cash = refund.amount - shipping - tax - inLines;
    return [
      ...(shipping === 0n ? [] : [{ ...about, type: 'refund_shipping', amount: -shipping }]),
      ...(tax === 0n ? [] : [{ ...about, type: 'refund_tax', amount: -tax }]),
      ...(cash === 0n ? [] : [{ ...about, type: 'refund_cash', amount: -cash }]),
    ];
  });
  return [...ofLines, ...ofRefunds];
}
