import type { OrderLine, OrderState } from '../../../simulator/order/rows.ts';
import { unitPriceText } from '../world/shopify-objects.ts';
import { toldLine } from '../world/shopify-terms.ts';
import type { Terms } from '../world/shopify-terms.ts';

/** A line that bears its part of all that its order was discounted. */
export interface PricedLine extends OrderLine {
  /** Before discounts and, like them, without tax. */
  readonly gross: bigint;
  /** As told of a unit. */
  readonly unitPrice: string;
}

export interface PricedState extends OrderState {
  readonly order_lines: readonly PricedLine[];
}

/**
 * An order whose lines bear all that it was discounted: what no line says itself falls on goods by what they are told to be
 * worth, or on all lines alike where none is worth anything. Whole minor units: each line's part is cut off, and what that
 * leaves goes to those of which most was cut off, of equal ones to the first. Tax in what is told is taken out last.
 */
export function withDiscountsInLines(state: OrderState, terms: Terms): PricedState {
  const lines = state.order_lines.map((line) => {
    const { gross, discount, ownDiscount } = toldLine(line, terms);
    return { line, gross: BigInt(gross), discount: BigInt(discount), own: BigInt(ownDiscount) };
  });
  const left = lines.reduce((sum, { discount, own }) => sum + discount - own, BigInt(terms.furtherDiscount));
  const shares = sharesOf(left, weightsOf(lines));
  return {
    ...state,
    order_lines: lines.map(({ line, gross, own }, index) => {
      const discount = own + (shares[index] ?? 0n);
      const [inGross, inPaid] = terms.isTaxIncluded
        ? taxesOf(gross, discount, BigInt(line.taxCents))
        : [0n, 0n];
      return {
        ...line,
        gross: gross - inGross,
        discountCents: Number(discount - inGross + inPaid),
        unitPrice: unitPriceText(line, state.orders[0]?.currency ?? '', terms),
      };
    }),
  };
}

/** The tax in a price and that in what of it is paid: the same part of both. */
function taxesOf(gross: bigint, discount: bigint, tax: bigint): readonly [inGross: bigint, inPaid: bigint] {
  const paid = gross - discount;
  if (paid <= 0n || tax > paid) return [tax, tax];
  return [(2n * gross * tax + paid) / (2n * paid), tax];
}

interface Told {
  readonly line: OrderLine;
  readonly gross: bigint;
  readonly own: bigint;
}

function weightsOf(lines: readonly Told[]): readonly bigint[] {
  const worth = lines.map(({ line, gross, own }) =>
    line.kind === 'gift_card' || gross < own ? 0n : gross - own,
  );
  return worth.some((each) => each > 0n) ? worth : lines.map(() => 1n);
}

function sharesOf(amount: bigint, weights: readonly bigint[]): readonly bigint[] {
  const all = weights.reduce((sum, each) => sum + each, 0n);
  const whole = weights.map((weight) => (amount * weight) / all);
  const cut = weights.map((weight, index) => ({ index, rest: (amount * weight) % all }));
  const missing = Number(amount - whole.reduce((sum, each) => sum + each, 0n));
  const first = cut
    .toSorted((one, other) => Number(other.rest - one.rest) || one.index - other.index)
    .slice(0, missing);
  const oneMore = new Set(first.map(({ index }) => index));
  return whole.map((share, index) => (oneMore.has(index) ? share + 1n : share));
}
