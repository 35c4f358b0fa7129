import type { OrderLine, OrderState } from '../../../simulator/order/rows.ts';
import { ownDiscount } from '../world/shopify-terms.ts';
import type { Terms } from '../world/shopify-terms.ts';

/**
 * An order whose lines bear all that it was discounted: what no line says itself falls on goods by what they are worth, or
 * on all lines alike where none is worth anything. Whole minor units: each line's part is cut off, and what that leaves
 * goes to those of which most was cut off, of equal ones to the first.
 */
export function withDiscountsInLines(state: OrderState, terms: Terms): OrderState {
  const lines = state.order_lines;
  const own = lines.map((line) => BigInt(ownDiscount(line, terms)));
  const discounts = lines.reduce(
    (sum, line) => sum + BigInt(line.discountCents),
    BigInt(terms.furtherDiscount),
  );
  const left = own.reduce((rest, each) => rest - each, discounts);
  const shares = sharesOf(left, weightsOf(lines, own));
  return {
    ...state,
    order_lines: lines.map((line, index) => ({
      ...line,
      discountCents: Number((own[index] ?? 0n) + (shares[index] ?? 0n)),
    })),
  };
}

function weightsOf(lines: readonly OrderLine[], own: readonly bigint[]): readonly bigint[] {
  const worth = lines.map((line, index) => {
    const gross = (BigInt(line.quantity) * BigInt(line.unitPriceE4) + 50n) / 100n;
    const value = gross - (own[index] ?? 0n);
    return line.kind === 'gift_card' || value < 0n ? 0n : value;
  });
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
