import type { OrderLine, OrderState } from '../../../simulator/order/rows.ts';
import { grossCents } from '../../../simulator/world/money.ts';
import type { Random } from '../../../simulator/world/random.ts';

/** How a storefront tells an order's money. Amounts of its state are minor units of the order's currency, without tax. */
export interface Terms {
  /** Prices are told with the tax in them. */
  readonly isTaxIncluded: boolean;
  /** Which discounts are told of the order alone and of no line: all that lines have, their smaller halves, or none. */
  readonly ofOrder: 'none' | 'half' | 'all';
  /** What the order was discounted besides. */
  readonly furtherDiscount: number;
  /** Percent of what is paid for shipping that is tax. */
  readonly shippingTaxPercent: number;
  /** The customer's currency, and how much of it a unit of the order's is. */
  readonly presentment: { readonly currency: string; readonly rate: number };
}

/** What of an order is other than the simulator had it; the numbers of its minor units stay. */
interface Retold {
  readonly currency: string;
  readonly isTest: boolean;
  /** The first refund gives the shipping back, too. */
  readonly isShippingBack: boolean;
}

/** One with cents, one without minor units, one with a thousand of them. */
const currencies = ['USD', 'USD', 'EUR', 'JPY', 'KWD'] as const;

export function someRetelling(random: Random): Retold {
  return {
    currency: random.pick(currencies),
    isTest: random.chance(0.1),
    isShippingBack: random.chance(0.8),
  };
}

export function someTerms(random: Random): Terms {
  return {
    isTaxIncluded: random.chance(0.5),
    ofOrder: random.pick(['none', 'half', 'all']),
    furtherDiscount: random.chance(0.5) ? random.integer(1, 7) : 0,
    shippingTaxPercent: random.pick([0, 7, 19, 19]),
    presentment: random.pick([
      { currency: 'USD', rate: 1 },
      { currency: 'CAD', rate: 1.37 },
    ]),
  };
}

/** The same state of an order, told otherwise. */
export function retold(state: OrderState, { currency, isTest, isShippingBack }: Retold): OrderState {
  const inCurrency = <Row extends { readonly currency: string }>(rows: readonly Row[]): readonly Row[] =>
    rows.map((row) => ({ ...row, currency }));
  const [first] = state.refunds;
  const isDue = isShippingBack && first?.shippingCents === 0;
  const back = isDue ? (state.orders[0]?.shippingCents ?? 0) : 0;
  const more = <Row extends { readonly id: number; readonly amountCents: number }>(
    rows: readonly Row[],
    id: number | undefined,
  ): readonly Row[] =>
    rows.map((row) => (row.id === id ? { ...row, amountCents: row.amountCents + back } : row));
  return {
    ...state,
    orders: inCurrency(state.orders).map((order) => ({ ...order, isTest })),
    payments: more(inCurrency(state.payments), first?.paymentId),
    cancellations: inCurrency(state.cancellations),
    refunds: more(inCurrency(state.refunds), first?.id).map((refund) =>
      isDue && refund.id === first.id ? { ...refund, shippingCents: back } : refund,
    ),
  };
}

/** A line's money as it is told, in minor units: with the tax in it, where prices have it. */
interface ToldLine {
  /** Before discounts. */
  readonly gross: number;
  readonly discount: number;
  /** What of the discount is told of the line and not of the order. */
  readonly ownDiscount: number;
}

/** The tax of a price is to that of what is paid as the two are to each other. */
export function toldLine(line: OrderLine, { isTaxIncluded, ofOrder }: Terms): ToldLine {
  const price = grossCents(line.quantity, line.unitPriceE4);
  const paid = price - line.discountCents;
  const taxInPrice = isTaxIncluded && paid > 0 ? Math.round((price * line.taxCents) / paid) : 0;
  const taxOfDiscount = isTaxIncluded && paid > 0 ? taxInPrice - line.taxCents : 0;
  const discount = line.discountCents + taxOfDiscount;
  const own = { none: discount, half: Math.ceil(discount / 2), all: 0 };
  return { gross: price + taxInPrice, discount, ownDiscount: own[ofOrder] };
}

/** The tax within what is paid for shipping. */
export function shippingTax(paid: number, { shippingTaxPercent }: Terms): number {
  return Math.floor((paid * shippingTaxPercent) / 100);
}

const digitsOf: Readonly<Record<string, number>> = { JPY: 0, KWD: 3 };

/** How many digits a currency has behind the point. */
export function minorDigits(currency: string): number {
  return digitsOf[currency] ?? 2;
}
