import { centsText } from '../world/money.ts';

/** An amount as the API writes it. */
interface Money {
  readonly amount: string;
  readonly currencyCode: string;
}

/** An amount in the shop's currency and in the customer's, which are the same here. */
export interface MoneyBag {
  readonly shopMoney: Money;
  readonly presentmentMoney: Money;
}

/** Decimal text of the database ('12.5000') to whole cents; what has fractions of a cent is not for this. */
export function cents(text: string): number {
  return Math.round(Number(text) * 100);
}

/** A MoneyBag of so many cents. */
export function bag(amountCents: number, currencyCode: string): MoneyBag {
  return bagOf(centsText(amountCents), currencyCode);
}

/** A MoneyBag of decimal text: unit prices may have fractions of a cent, and keep them. */
export function priceBag(text: string, currencyCode: string): MoneyBag {
  return bagOf(trimPrice(text), currencyCode);
}

/** '2.5000' to '2.50', '0.0450' to '0.045'. */
export function trimPrice(text: string): string {
  const match = /^(-?\d+\.\d\d)(\d*?)0*$/.exec(text);
  return match === null ? text : `${match[1]}${match[2]}`;
}

function bagOf(amount: string, currencyCode: string): MoneyBag {
  const money = { amount, currencyCode };
  return { shopMoney: money, presentmentMoney: money };
}
