import { expect, test } from 'vitest';
import { makeWorld } from './star.ts';
import { withDiscountsInLines } from './expected/order-discounts.ts';
import { grossCents } from '../../simulator/world/money.ts';
import { shippingTax, toldLine } from './world/shopify-terms.ts';
import type { Terms } from './world/shopify-terms.ts';
import type { OrderState } from '../../simulator/order/rows.ts';

type Told = (state: OrderState, terms: Terms) => boolean;

const currencyOf = ({ orders }: OrderState): string => orders[0]?.currency ?? '';
const monthOf = (at: number | undefined): number => new Date(at ?? 0).getUTCMonth();
const isTaxed: Told = (state, { isTaxIncluded }) =>
  isTaxIncluded && state.order_lines.some(({ taxCents }) => taxCents > 0);
const isShared: Told = (state, terms) =>
  state.order_lines.length > 1 &&
  (terms.furtherDiscount > 0 || state.order_lines.map((line) => toldLine(line, terms)).some(isOfOrder));
const isOfOrder = ({ discount, ownDiscount }: ReturnType<typeof toldLine>): boolean => discount > ownDiscount;
const isShippingTaxBack: Told = (state, terms) =>
  state.refunds.some(({ shippingCents }) => shippingTax(shippingCents, terms) > 0);

/** Ways in which a storefront tells of orders, each a path of its own through the models. */
const ways: Readonly<Record<string, Told>> = {
  'a currency without minor units': (state) => currencyOf(state) === 'JPY',
  'a currency with three digits': (state) => currencyOf(state) === 'KWD',
  'a customer who pays in another currency': (state, { presentment }) =>
    presentment.currency !== currencyOf(state),
  'a refund at another rate than the sale': (state) =>
    currencyOf(state) !== 'USD' &&
    state.refunds.some(({ refundedAt }) => monthOf(refundedAt) !== monthOf(state.orders[0]?.placedAt)),
  'tax within prices': isTaxed,
  'tax within prices that were discounted': (state, { isTaxIncluded }) =>
    isTaxIncluded && state.order_lines.some((line) => line.taxCents > 0 && line.discountCents > 0),
  'tax within prices of what was refunded': (state, { isTaxIncluded }) =>
    isTaxIncluded && state.refund_lines.some(({ taxCents }) => taxCents > 0),
  'tax within prices of what was cancelled': (state, terms) =>
    isTaxed(state, terms) && state.cancellation_lines.length > 0,
  'a discount of the whole order': isShared,
  'a discount of the whole order beside a gift card': (state, terms) =>
    isShared(state, terms) && new Set(state.order_lines.map(({ kind }) => kind)).size > 1,
  'a discount of an order of gift cards': (state, { furtherDiscount }) =>
    furtherDiscount > 0 && state.order_lines.every(({ kind }) => kind === 'gift_card'),
  'tax on shipping': (state, terms) => shippingTax(state.orders[0]?.shippingCents ?? 0, terms) > 0,
  'tax on shipping that went back': (state, terms) => !terms.isTaxIncluded && isShippingTaxBack(state, terms),
  'tax within shipping that went back': (state, terms) =>
    terms.isTaxIncluded && isShippingTaxBack(state, terms),
  'a cancellation after the capture without a refund': ({ cancellations, refunds }) =>
    cancellations.some(
      ({ id, beforeCapture }) =>
        !beforeCapture && !refunds.some(({ cancellationId }) => cancellationId === id),
    ),
  'a test order': ({ orders }) => orders[0]?.isTest === true,
};

test('twenty worlds have every way in which a storefront tells of orders', () => {
  const orders = Array.from({ length: 20 }, (_, index) => makeWorld(index + 1).shopify.own).flat();
  const never = Object.entries(ways).flatMap(([way, isTold]) => {
    const found = orders.some(({ sightings, terms, isDestroyed }) => {
      const last = sightings.at(-1);
      return !isDestroyed && last !== undefined && isTold(last.state, terms);
    });
    return found ? [] : [way];
  });
  expect(never).toEqual([]);
});

test('what lines say of their discounts is taken back to what they were sold for', () => {
  const orders = Array.from({ length: 20 }, (_, index) => makeWorld(index + 1).shopify.own).flat();
  const said = orders.flatMap(({ sightings, terms }) =>
    terms.ofOrder === 'none' && terms.furtherDiscount === 0
      ? sightings.flatMap(({ state }) => withDiscountsInLines(state, terms).order_lines)
      : [],
  );
  const sold = said.map(({ quantity, unitPriceE4 }) => BigInt(grossCents(quantity, unitPriceE4)));
  expect(said.filter(({ discountCents, taxCents }) => discountCents > 0 && taxCents > 0)).not.toEqual([]);
  expect(said.map(({ gross }) => gross)).toEqual(sold);
});
