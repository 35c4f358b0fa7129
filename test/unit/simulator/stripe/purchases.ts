import { after, delays } from '../../../../simulator/stripe/calendar.ts';
import type { PayoutFacts } from '../../../../simulator/stripe/payouts.ts';
import type { Purchase, PurchaseRefund, Shopper } from '../../../../simulator/stripe/purchase.ts';

/** 2026-01-05 12:00 UTC, a Monday. */
export const noon = Date.UTC(2026, 0, 5, 12) * 1000;

/** Long after everything about a purchase has come to rest. */
export const muchLater = after(noon, 400 * 86_400);

export const shopper: Shopper = {
  id: 12,
  email: 'ada@example.com',
  name: 'Ada Brown',
  country: 'US',
  city: 'Austin',
  postalCode: '73301',
  createdAt: noon,
  deletedAt: null,
};

export const refund: PurchaseRefund = {
  id: 103,
  cents: 250,
  at: after(noon, 3600),
  reason: 'return',
  refundId: 7,
  failsAt: after(noon, 3600 + delays.refundFails),
};

/** Paid at once, refunded in part, disputed after ten days and won. */
export const purchase: Purchase = {
  id: 101,
  orderId: 55,
  orderNumber: 'SW-00000055',
  reference: 'pi_00000000002t',
  method: 'apple_pay',
  isApproved: true,
  cents: 1999,
  currency: 'usd',
  cardBrand: 'visa',
  cardLast4: '4242',
  cardFingerprint: 'fp_canary_0123456789abcdef',
  at: noon,
  shopper,
  capture: { id: 102, cents: 1999, at: noon, dispute: { at: after(noon, 10 * 86_400), isWon: true } },
  voidedAt: null,
  refunds: [refund],
};

/** Of a guest whose card was declined. */
export const declined: Purchase = {
  ...purchase,
  method: 'card',
  isApproved: false,
  shopper: null,
  capture: null,
  refunds: [],
};

/** Authorised, then given back. */
export const voided: Purchase = { ...purchase, capture: null, refunds: [], voidedAt: after(noon, 60) };

export const payout: PayoutFacts = {
  key: 360_000_123,
  day: 20_460,
  currency: 'usd',
  cents: 12_345,
  at: after(noon, 3 * 86_400),
};
