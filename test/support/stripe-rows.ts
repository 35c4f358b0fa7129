import { apiTime } from './api-rows.ts';
import type { ApiEntry, Fields } from './api-rows.ts';

function stripe(table: string, position: number, data: Fields): ApiEntry {
  return { source: 'stripe', table, op: 'u', position, data: { created: epoch(position), ...data } };
}

/** Whole seconds since 1970, as Stripe writes times. */
function epoch(position: number): number {
  return Date.parse(apiTime(position)) / 1000;
}

export function stripeCharge(position: number, id: string, change: Fields = {}): ApiEntry {
  return stripe('charges', position, {
    id,
    payment_intent: null,
    customer: null,
    balance_transaction: `txn_${id}`,
    metadata: {},
    amount: 2000,
    amount_captured: 2000,
    amount_refunded: 0,
    currency: 'usd',
    status: 'succeeded',
    paid: true,
    captured: true,
    disputed: false,
    failure_code: null,
    payment_method_details: { card: { brand: 'visa', funding: 'credit', country: 'US', wallet: null } },
    ...change,
  });
}

export function stripeRefund(position: number, id: string, chargeId: string, change: Fields = {}): ApiEntry {
  return stripe('refunds', position, {
    id,
    charge: chargeId,
    payment_intent: null,
    balance_transaction: `txn_${id}`,
    failure_balance_transaction: null,
    metadata: {},
    amount: 1000,
    currency: 'usd',
    status: 'succeeded',
    reason: null,
    failure_reason: null,
    ...change,
  });
}

export function stripeDispute(position: number, id: string, chargeId: string, change: Fields = {}): ApiEntry {
  return stripe('disputes', position, {
    id,
    charge: chargeId,
    payment_intent: null,
    metadata: {},
    amount: 2000,
    currency: 'usd',
    status: 'needs_response',
    reason: 'fraudulent',
    evidence_details: { due_by: epoch(position) + 604_800 },
    ...change,
  });
}

export function stripeBalanceTransaction(
  position: number,
  id: string,
  sourceId: string,
  change: Fields = {},
): ApiEntry {
  return stripe('balance_transactions', position, {
    id,
    source: sourceId,
    type: 'charge',
    reporting_category: 'charge',
    amount: 2000,
    fee: 88,
    net: 1912,
    currency: 'usd',
    exchange_rate: null,
    status: 'available',
    available_on: epoch(position),
    ...change,
  });
}

export function stripePayout(position: number, id: string, change: Fields = {}): ApiEntry {
  return stripe('payouts', position, {
    id,
    balance_transaction: `txn_${id}`,
    failure_balance_transaction: null,
    amount: 1912,
    currency: 'usd',
    status: 'paid',
    type: 'bank_account',
    method: 'standard',
    automatic: true,
    reconciliation_status: 'completed',
    failure_code: null,
    arrival_date: epoch(position),
    ...change,
  });
}

export function stripeCustomer(position: number, id: string, change: Fields = {}): ApiEntry {
  return stripe('customers', position, {
    id,
    metadata: {},
    email_token: `em_${id}`,
    address: { country: 'DE' },
    currency: 'usd',
    ...change,
  });
}

/** That a payout paid a balance transaction out. */
export function stripePayoutTransaction(position: number, id: string, payoutId: string): ApiEntry {
  return stripe('payout_transactions', position, { id, payout: payoutId });
}
