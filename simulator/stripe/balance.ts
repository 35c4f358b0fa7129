import { delays } from './calendar.ts';
import type { OccurrenceKind } from './occurrence.ts';
import type { Purchase } from './purchase.ts';

/** What moves the balance, what it is called, and what it comes to. */
export interface Movement extends OccurrenceKind {
  readonly type: string;
  readonly category: string;
  /** The object that it belongs to. */
  readonly source: 'charge' | 'refund' | 'dispute' | 'payout';
  readonly description: string | null;
  /** In cents, from the cents of the row; negative goes out. */
  readonly amount: (cents: number) => number;
  readonly fee: (cents: number) => number;
  /** amount - fee over the row's `cents`, in SQL. */
  readonly netSql: string;
}

/** The dispute fee, given back with a dispute that is won. */
const disputeFee = 1500;

/** 2.9 % + 30, in whole cents; integers until the division, so that SQL's rounding is the same. */
function processingFee(cents: number): number {
  return Math.round((cents * 29) / 1000) + 30;
}

/** Movements other than payouts, which are made from them. */
export const movements: readonly Movement[] = [
  {
    code: 'ch',
    rows: 'capture',
    type: 'charge',
    category: 'charge',
    source: 'charge',
    description: null,
    amount: (cents) => cents,
    fee: processingFee,
    netSql: 'cents - round(cents * 29 / 1000.0) - 30',
  },
  {
    code: 'dp',
    rows: 'dispute',
    type: 'adjustment',
    category: 'dispute',
    source: 'dispute',
    description: 'Chargeback withdrawal',
    amount: (cents) => -cents,
    fee: () => disputeFee,
    netSql: `-cents - ${disputeFee}`,
  },
  {
    code: 'dw',
    rows: 'dispute',
    where: () => "simulator.stripe_dice('won', id, 10) < 4",
    laterSeconds: delays.disputeCloses,
    type: 'adjustment',
    category: 'dispute_reversal',
    source: 'dispute',
    description: 'Chargeback reversal',
    amount: (cents) => cents,
    fee: () => -disputeFee,
    netSql: `cents + ${disputeFee}`,
  },
  {
    code: 're',
    rows: 'refund',
    type: 'refund',
    category: 'refund',
    source: 'refund',
    description: 'REFUND FOR CHARGE',
    amount: (cents) => -cents,
    fee: () => 0,
    netSql: '-cents',
  },
];

/** A refund that the customer's bank sends back; only where refunds may fail. */
export const refundFailure: Movement = {
  code: 'rf',
  rows: 'refund',
  where: () => "simulator.stripe_dice('refund', id, 50) = 0",
  laterSeconds: delays.refundFails,
  type: 'refund_failure',
  category: 'refund_failure',
  source: 'refund',
  description: 'REFUND FAILURE',
  amount: (cents) => cents,
  fee: () => 0,
  netSql: 'cents',
};

export const payoutMovement: Movement = {
  code: 'po',
  rows: 'payout',
  type: 'payout',
  category: 'payout',
  source: 'payout',
  description: 'STRIPE PAYOUT',
  amount: (cents) => -cents,
  fee: () => 0,
  netSql: '-cents',
};

/** The cents of the row that a movement is about. */
export function movedCents({ source }: Movement, key: number, purchase: Purchase): number {
  if (source === 'refund') return purchase.refunds.find((each) => each.id === key)?.cents ?? 0;
  return purchase.capture?.cents ?? 0;
}
