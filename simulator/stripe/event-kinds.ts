import { delays } from './calendar.ts';
import type { ObjectName } from './objects.ts';
import type { OccurrenceKind } from './occurrence.ts';

/** A type of event: what it tells of, and the object that it carries. */
export interface EventKind extends OccurrenceKind {
  readonly type: string;
  readonly object: ObjectName;
}

const approved = (): string => "status = 'succeeded'";
const declined = (): string => "status = 'failed'";
const won = (): string => "simulator.stripe_dice('won', id, 10) < 4";
const { refundReference, refundFails, disputeEvidence, disputeCloses, payoutReconciled, payoutArrives } =
  delays;

/** Every type of event that the account sends. Codes are in the order in which events of one moment are sent. */
export const eventKinds: readonly EventKind[] = [
  { code: 'a1', type: 'customer.created', object: 'customer', rows: 'customer' },
  { code: 'a2', type: 'customer.updated', object: 'customer', rows: 'customer-updated' },
  { code: 'a3', type: 'customer.deleted', object: 'customer', rows: 'customer-deleted' },
  { code: 'b1', type: 'payment_intent.created', object: 'payment_intent', rows: 'authorisation' },
  { code: 'b2', type: 'charge.succeeded', object: 'charge', rows: 'authorisation', where: approved },
  { code: 'b3', type: 'charge.failed', object: 'charge', rows: 'authorisation', where: declined },
  {
    code: 'b4',
    type: 'payment_intent.payment_failed',
    object: 'payment_intent',
    rows: 'authorisation',
    where: declined,
  },
  { code: 'c1', type: 'charge.captured', object: 'charge', rows: 'capture' },
  { code: 'c2', type: 'payment_intent.succeeded', object: 'payment_intent', rows: 'capture' },
  { code: 'd1', type: 'charge.refunded', object: 'charge', rows: 'void' },
  { code: 'd2', type: 'payment_intent.canceled', object: 'payment_intent', rows: 'void' },
  { code: 'e1', type: 'charge.refunded', object: 'charge', rows: 'refund' },
  { code: 'e2', type: 'refund.created', object: 'refund', rows: 'refund' },
  { code: 'e3', type: 'refund.updated', object: 'refund', rows: 'refund', laterSeconds: refundReference },
  {
    code: 'e4',
    type: 'charge.refund.updated',
    object: 'refund',
    rows: 'refund',
    laterSeconds: refundReference,
  },
  { code: 'f1', type: 'charge.dispute.created', object: 'dispute', rows: 'dispute' },
  { code: 'f2', type: 'charge.dispute.funds_withdrawn', object: 'dispute', rows: 'dispute' },
  {
    code: 'f3',
    type: 'charge.dispute.updated',
    object: 'dispute',
    rows: 'dispute',
    laterSeconds: disputeEvidence,
  },
  {
    code: 'f4',
    type: 'charge.dispute.closed',
    object: 'dispute',
    rows: 'dispute',
    laterSeconds: disputeCloses,
  },
  {
    code: 'f5',
    type: 'charge.dispute.funds_reinstated',
    object: 'dispute',
    rows: 'dispute',
    where: won,
    laterSeconds: disputeCloses,
  },
  { code: 'g1', type: 'payout.created', object: 'payout', rows: 'payout' },
  {
    code: 'g2',
    type: 'payout.reconciliation_completed',
    object: 'payout',
    rows: 'payout',
    laterSeconds: payoutReconciled,
  },
  { code: 'g3', type: 'payout.paid', object: 'payout', rows: 'payout', laterSeconds: payoutArrives },
];

/** Sent where refunds may fail. */
export const refundFailedEvent: EventKind = {
  code: 'e5',
  type: 'refund.failed',
  object: 'refund',
  rows: 'refund',
  where: () => "simulator.stripe_dice('refund', id, 50) = 0",
  laterSeconds: refundFails,
};
