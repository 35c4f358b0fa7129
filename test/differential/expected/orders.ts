import { closedOn } from './closing.ts';
import type { GoodsStory } from './closing.ts';
import { kindOf } from './dimensions.ts';
import type { Dimensions } from './dimensions.ts';
import type { Line, Order, Sales, Shipment } from './sales.ts';
import { dayOf, earliest, groupBy, hashKey, hoursBetween, latest, total } from './values.ts';
import type { MartRow } from './values.ts';
import { lookup } from './versions.ts';
import type { MemberVersion } from './versions.ts';

/** Everything about one line, worked out once. */
interface LineFacts {
  readonly line: Line;
  readonly order: Order;
  readonly kind: string;
  readonly product: MemberVersion | undefined;
  readonly cancelled: bigint;
  readonly cancelledMinor: bigint;
  readonly refunded: bigint;
  readonly refundedMinor: bigint;
  readonly shipped: bigint;
}

const hasLeft = new Set(['shipped', 'delivered']);

function factsOf(sales: Sales, { products }: Dimensions): readonly LineFacts[] {
  const productAt = lookup(products);
  const orders = new Map(sales.orders.map((order) => [order.id, order]));
  const cancelled = groupBy(sales.cancelled, ({ lineId }) => String(lineId));
  const refunded = groupBy(sales.refundLines, ({ lineId }) => String(lineId));
  const sent = new Set(sales.shipments.filter(({ status }) => hasLeft.has(status)).map(({ id }) => id));
  const shipped = groupBy(
    sales.packed.filter(({ shipmentId }) => sent.has(shipmentId)),
    ({ lineId }) => String(lineId),
  );
  return sales.lines.flatMap((line) => {
    const order = orders.get(line.orderId);
    if (order === undefined) return [];
    const product = productAt(line.productId, order.placedAt);
    const off = cancelled.get(String(line.id)) ?? [];
    const back = refunded.get(String(line.id)) ?? [];
    return [
      {
        line,
        order,
        product,
        kind: line.kind ?? kindOf(product),
        cancelled: total(off, ({ quantity }) => quantity),
        cancelledMinor: total(off, ({ gross, discount }) => gross - discount),
        refunded: total(back, ({ quantity }) => quantity),
        refundedMinor: total(back, ({ goods }) => goods),
        shipped: total(shipped.get(String(line.id)) ?? [], ({ quantity }) => quantity),
      },
    ];
  });
}

/** Keys of the customer's version when something happened. */
export function customerKeys({
  customers,
  persons,
}: Dimensions): (customerId: string | null, at: Date) => Readonly<Record<string, bigint>> {
  const customerAt = lookup(customers);
  return (customerId, at) => {
    const member = customerAt(customerId, at);
    return {
      customer_key: member?.key ?? -1n,
      customer_durable_key: member?.durableKey ?? -1n,
      person_key: member === undefined ? -1n : persons.keyOf(member.id),
    };
  };
}

export function fctOrderLines(sales: Sales, dimensions: Dimensions): readonly MartRow[] {
  const keysOf = customerKeys(dimensions);
  const sellerAt = lookup(dimensions.sellers);
  return factsOf(sales, dimensions).map(({ line, order, kind, product, ...of }) => {
    const net = line.gross - line.discount - of.cancelledMinor - of.refundedMinor;
    const sellerId = product?.fields?.['seller_id'] ?? null;
    const seller = sellerAt(sellerId, order.placedAt);
    return {
      order_line_key: hashKey(line.id),
      order_line_id: line.id,
      source_system: order.source,
      order_key: hashKey(line.orderId),
      order_id: line.orderId,
      order_number: order.number,
      line_no: line.lineNo,
      line_kind: kind,
      ...keysOf(order.customerId, order.placedAt),
      product_key: product?.key ?? -1n,
      product_durable_key: product?.durableKey ?? -1n,
      seller_key: sellerId === null ? noSeller(product) : (seller?.key ?? -1n),
      channel: order.channel,
      country: order.country,
      currency: order.currency,
      is_test: order.isTest,
      order_status: order.status,
      quantity: line.quantity,
      cancelled_quantity: of.cancelled,
      refunded_quantity: of.refunded,
      shipped_quantity: of.shipped,
      unit_price: line.unitPrice,
      gross_minor: line.gross,
      discount_minor: line.discount,
      tax_minor: line.tax,
      cancelled_minor: of.cancelledMinor,
      refunded_minor: of.refundedMinor,
      net_minor: net,
      commission_minor: commission(net, seller?.fields?.['commission_rate'] ?? null),
      placed_at: order.placedAt,
      order_date: dayOf(order.placedAt),
    };
  });
}

/** A product of the shop itself has no seller; of one that nobody knows neither is known. */
function noSeller(product: MemberVersion | undefined): bigint {
  return product === undefined ? -1n : -2n;
}

/** The shop's share; half a cent rounds away from zero. */
function commission(net: bigint, rate: string | null): bigint {
  if (rate === null) return 0n;
  const value = net * BigInt(rate.replace('.', ''));
  const scale = 10n ** BigInt(rate.split('.')[1]?.length ?? 0);
  const size = ((value < 0n ? -value : value) * 2n + scale) / (scale * 2n);
  return value < 0n ? -size : size;
}

export function fctOrders(sales: Sales, dimensions: Dimensions): readonly MartRow[] {
  const keysOf = customerKeys(dimensions);
  const by = <Item extends { readonly orderId: bigint }>(items: readonly Item[]) => {
    const groups = groupBy(items, ({ orderId }) => String(orderId));
    return (order: Order): readonly Item[] => groups.get(String(order.id)) ?? [];
  };
  const linesOf = by(factsOf(sales, dimensions).map((facts) => ({ ...facts, orderId: facts.order.id })));
  const [refundsOf, backOf, paidOf, sentOf] = [
    by(sales.refunds),
    by(sales.refundLines),
    by(sales.captures),
    by(sales.shipments.filter(({ status }) => hasLeft.has(status))),
  ];
  const storyOf = goodsStories(sales);
  return sales.orders.map((order) => {
    const lines = linesOf(order);
    const goods = lines.filter(({ kind }) => kind === 'goods');
    const [refunds, sent] = [refundsOf(order), sentOf(order)];
    const ownGoods = new Set(goods.map(({ line }) => line.id));
    const unsent = total(
      backOf(order).filter(({ isUnsent, lineId }) => isUnsent && ownGoods.has(lineId)),
      ({ quantity }) => quantity,
    );
    const ordered = total(goods, ({ line }) => line.quantity);
    const cancelled = total(goods, (each) => each.cancelled);
    const shipped = total(goods, (each) => each.shipped);
    const isFulfilled = shipped > 0n && shipped >= ordered - cancelled - unsent;
    const refunded = total(
      refunds.filter(({ currency }) => currency === order.currency),
      ({ amount }) => amount,
    );
    const paid = total(
      paidOf(order).filter(({ currency }) => currency === order.currency),
      ({ amount }) => amount,
    );
    const times = {
      paid: earliest(paidOf(order).map(({ at }) => at)),
      first: earliest(sent.map(({ shippedAt }) => shippedAt)),
      last: latest(sent.map(({ shippedAt }) => shippedAt)),
      delivered: deliveredAt(sent),
    };
    return {
      order_key: hashKey(order.id),
      order_id: order.id,
      source_system: order.source,
      order_number: order.number,
      ...keysOf(order.customerId, order.placedAt),
      channel: order.channel,
      country: order.country,
      currency: order.currency,
      is_test: order.isTest,
      order_status: order.status,
      placed_at: order.placedAt,
      paid_at: times.paid,
      first_shipped_at: times.first,
      last_shipped_at: times.last,
      delivered_at: times.delivered,
      cancelled_at: order.cancelledAt,
      first_refund_at: earliest(refunds.map(({ at }) => at)),
      updated_at: order.updatedAt,
      order_date: dayOf(order.placedAt),
      fulfilled_date: isFulfilled ? dayOf(times.last) : null,
      is_fulfilled: isFulfilled,
      is_partly_fulfilled: shipped > 0n && !isFulfilled,
      line_count: BigInt(lines.length),
      ordered_quantity: ordered,
      cancelled_quantity: cancelled,
      shipped_quantity: shipped,
      refunded_unshipped_quantity: unsent,
      gross_minor: total(goods, ({ line }) => line.gross),
      discount_minor: total(lines, ({ line }) => line.discount),
      tax_minor: total(lines, ({ line }) => line.tax) + order.shippingTax,
      shipping_minor: order.shipping,
      refunded_minor: refunded,
      paid_minor: paid,
      is_over_refunded: refunded > paid,
      hours_to_pay: hoursBetween(order.placedAt, times.paid),
      hours_to_ship: hoursBetween(order.placedAt, times.first),
      hours_to_deliver: hoursBetween(times.first, times.delivered),
      last_shipped_date: dayOf(times.last),
      closed_date: closedOn(
        storyOf(
          order,
          goods.map(({ line }) => line),
        ),
      ),
    };
  });
}

/** What the sources say of the goods of an order, by their lines. */
function goodsStories(sales: Sales): (order: Order, goods: readonly Line[]) => GoodsStory {
  const shipments = new Map(sales.shipments.map((shipment) => [shipment.id, shipment]));
  const byLine = <Item extends { readonly lineId: bigint }>(items: readonly Item[]) => {
    const groups = groupBy(items, ({ lineId }) => String(lineId));
    return (lines: readonly Line[]) => lines.flatMap(({ id }) => groups.get(String(id)) ?? []);
  };
  const [packedOf, cancelledOf, backOf] = [
    byLine(sales.packed),
    byLine(sales.cancelled),
    byLine(sales.refundLines),
  ];
  return (order, goods) => {
    const inParcels = (isWanted: (status: string) => boolean) =>
      packedOf(goods).flatMap(({ lineId, shipmentId, quantity }) => {
        const shipment = shipments.get(shipmentId);
        return shipment !== undefined && isWanted(shipment.status)
          ? [{ lineId, units: quantity, at: shipment.shippedAt }]
          : [];
      });
    const givenBack = (wasUnsent: boolean) =>
      backOf(goods)
        .filter(({ orderId, isUnsent }) => orderId === order.id && isUnsent === wasUnsent)
        .map(({ lineId, quantity, at }) => ({ lineId, units: quantity, at }));
    return {
      placedAt: order.placedAt,
      ordered: new Map(goods.map(({ id, quantity }) => [id, quantity])),
      sent: inParcels((status) => hasLeft.has(status)),
      cameBack: inParcels((status) => status === 'returned'),
      cancelled: cancelledOf(goods).map(({ lineId, quantity, at }) => ({ lineId, units: quantity, at })),
      refundedUnsent: givenBack(true),
      refundedSent: givenBack(false),
      off: order.status === 'cancelled' || order.cancelledAt !== null ? { at: order.cancelledAt } : undefined,
    };
  };
}

/** Once everything that left has arrived. */
function deliveredAt(sent: readonly Shipment[]): Date | null {
  return sent.every((each) => each.deliveredAt !== null)
    ? latest(sent.map((each) => each.deliveredAt))
    : null;
}

export function fctShipments(sales: Sales): readonly MartRow[] {
  const orders = new Map(sales.orders.map((order) => [order.id, order]));
  const packed = groupBy(sales.packed, ({ shipmentId }) => String(shipmentId));
  return sales.shipments.map((shipment) => {
    const order = orders.get(shipment.orderId);
    const { deliveredAt: arrived, promisedAt, shippedAt } = shipment;
    return {
      shipment_key: hashKey(shipment.id),
      shipment_id: shipment.id,
      source_system: shipment.source,
      // of an order that is not there, yet or any more
      order_key: order === undefined ? -1n : hashKey(shipment.orderId),
      order_id: shipment.orderId,
      carrier: shipment.carrier,
      carrier_key: shipment.carrier === null ? -1n : hashKey(shipment.carrier),
      status: shipment.status,
      channel: order?.channel ?? 'Unknown',
      country: order?.country ?? 'Unknown',
      currency: order?.currency ?? 'XXX',
      is_test: order?.isTest ?? false,
      quantity: total(packed.get(String(shipment.id)) ?? [], ({ quantity }) => quantity),
      promised_at: promisedAt,
      shipped_at: shippedAt,
      delivered_at: arrived,
      is_late: arrived !== null && promisedAt !== null && arrived > promisedAt,
      hours_to_deliver: hoursBetween(shippedAt, arrived),
      shipped_date: dayOf(shippedAt),
      order_date: dayOf(order?.placedAt ?? shippedAt ?? promisedAt),
    };
  });
}
