import type { ObjectPlace } from './records.ts';

/** Stripe takes at most so many names in one request for events. */
export const typesPerRequest = 20;

/** What an event can point to, by `data.object.object`. */
export const objectPlaces: Readonly<Record<string, ObjectPlace>> = {
  charge: { table: 'charges', path: '/v1/charges' },
  payment_intent: { table: 'payment_intents', path: '/v1/payment_intents' },
  refund: { table: 'refunds', path: '/v1/refunds' },
  dispute: { table: 'disputes', path: '/v1/disputes' },
  payout: { table: 'payouts', path: '/v1/payouts' },
  customer: { table: 'customers', path: '/v1/customers' },
};

/**
 * Objects that change along with the one an event is about, by the field that names them: a dispute marks its charge as
 * disputed, a failed refund gives it back its amount, and neither sends an event of the charge.
 */
export const changedAlong: Readonly<Record<string, ReadonlyArray<readonly [field: string, object: string]>>> =
  {
    dispute: [['charge', 'charge']],
    refund: [['charge', 'charge']],
  };

/**
 * Everything that can change an object of a stream. Balance transactions have no events; what moves them on is their
 * payout, and they are read again with it.
 */
export const eventTypes: readonly string[] = [
  'charge.captured',
  'charge.expired',
  'charge.failed',
  'charge.pending',
  'charge.refunded',
  'charge.succeeded',
  'charge.updated',
  'charge.dispute.closed',
  'charge.dispute.created',
  'charge.dispute.funds_reinstated',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.updated',
  // Refunds of charges before 2024-10-28 know only this one.
  'charge.refund.updated',
  'refund.created',
  'refund.failed',
  'refund.updated',
  'payment_intent.amount_capturable_updated',
  'payment_intent.canceled',
  'payment_intent.created',
  'payment_intent.partially_funded',
  'payment_intent.payment_failed',
  'payment_intent.processing',
  'payment_intent.requires_action',
  'payment_intent.succeeded',
  'payout.canceled',
  'payout.created',
  'payout.failed',
  'payout.paid',
  'payout.reconciliation_completed',
  'payout.updated',
  'customer.created',
  'customer.deleted',
  'customer.updated',
];
