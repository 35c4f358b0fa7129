import { after, delays } from './calendar.ts';
import { objectId, seconds } from './object-id.ts';
import type { PayoutFacts } from './payouts.ts';

export function payoutId(key: number): string {
  return objectId('po_', key);
}

/** A payout at a moment, in the shape of Stripe's Payout. Negative where more went back than came in. */
export function renderPayout(payout: PayoutFacts, at: number) {
  const arrives = after(payout.at, delays.payoutArrives);
  const isReconciled = after(payout.at, delays.payoutReconciled) <= at;
  return {
    id: payoutId(payout.key),
    object: 'payout' as const,
    amount: payout.cents,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: seconds(arrives),
    automatic: true,
    balance_transaction: objectId('txn_po', payout.key),
    created: seconds(payout.at),
    currency: payout.currency,
    description: 'STRIPE PAYOUT',
    destination: 'ba_shopwave00001',
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: {},
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: isReconciled ? ('completed' as const) : ('in_progress' as const),
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: arrives <= at ? 'paid' : 'in_transit',
    trace_id: { status: arrives <= at ? 'supported' : 'pending', value: null },
    type: 'bank_account' as const,
  };
}
