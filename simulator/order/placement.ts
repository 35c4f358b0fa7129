import { grossCents } from '../world/money.ts';
import { countries } from '../world/vocabulary.ts';
import type { Random } from '../world/random.ts';
import type { ActionContext } from './action.ts';
import type { Change, LineKind, OrderLine } from './rows.ts';

/** A product as it stands in the shop when someone puts it in a basket. */
export interface Offer {
  readonly productId: number;
  readonly kind: LineKind;
  readonly priceE4: number;
}

/** Who buys what, where. */
export interface Basket {
  /** Null for a guest. */
  readonly customerId: number | null;
  readonly country: string;
  readonly channel: string;
  readonly placedAt: number;
  readonly offers: readonly Offer[];
}

const testOrderChance = 0.005;
const freeShippingFromCents = 7500;

/** The order and its lines. One line per offer, in the order of the basket. */
export function placeOrder(basket: Basket, context: ActionContext): readonly Change[] {
  const orderId = context.nextId('orders');
  const lines = basket.offers.map((offer, index) => orderLine(offer, index + 1, orderId, basket, context));
  const goods = lines.filter((line) => line.kind === 'goods');
  const goodsCents = goods.reduce((total, line) => total + grossCents(line.quantity, line.unitPriceE4), 0);
  const shipsFree = goods.length === 0 || goodsCents >= freeShippingFromCents;
  const order: Change = {
    op: 'insert',
    table: 'orders',
    row: {
      id: orderId,
      orderNumber: `SW-${String(orderId).padStart(8, '0')}`,
      customerId: basket.customerId,
      channel: basket.channel,
      currency: 'USD',
      status: 'placed',
      isTest: context.random.chance(testOrderChance),
      shipCountry: basket.country,
      shippingCents: shipsFree ? 0 : context.random.pick([399, 499, 795]),
      placedAt: basket.placedAt,
      cancelledAt: null,
      updatedAt: basket.placedAt,
    },
  };
  return [order, ...lines.map((row): Change => ({ op: 'insert', table: 'order_lines', row }))];
}

function orderLine(
  offer: Offer,
  lineNo: number,
  orderId: number,
  basket: Basket,
  context: ActionContext,
): OrderLine {
  const quantity = unitsWanted(offer, context.random);
  const gross = grossCents(quantity, offer.priceE4);
  const isGoods = offer.kind === 'goods';
  const discountCents =
    isGoods && context.random.chance(0.25) ? Math.floor((gross * context.random.integer(5, 30)) / 100) : 0;
  const taxPercent = isGoods ? (countries.find((each) => each.code === basket.country)?.taxPercent ?? 0) : 0;
  return {
    id: context.nextId('order_lines'),
    orderId,
    lineNo,
    productId: offer.productId,
    quantity,
    unitPriceE4: offer.priceE4,
    discountCents,
    taxCents: Math.round(((gross - discountCents) * taxPercent) / 100),
    createdAt: basket.placedAt,
    updatedAt: basket.placedAt,
    kind: offer.kind,
  };
}

/** Mostly one or two; parts that cost cents are bought by the dozen. */
function unitsWanted(offer: Offer, random: Random): number {
  if (offer.kind === 'gift_card') return 1;
  if (offer.priceE4 < 20_000) return random.integer(1, 12) * random.pick([1, 5, 12]);
  return random.weighted([1, 2, 3, 4, 6], (units) => 1 / (units * units)) ?? 1;
}
