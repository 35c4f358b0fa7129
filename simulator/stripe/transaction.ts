import type { Movement } from './balance.ts';
import { availableAt, after, delays } from './calendar.ts';
import { objectId, seconds } from './object-id.ts';
import { payoutId } from './payout.ts';

/** What moved, by the row that it is about. */
export interface Moved {
  readonly key: number;
  readonly cents: number;
  readonly currency: string;
  readonly at: number;
  /** The charge's key, where the source is one. */
  readonly chargeKey?: number;
}

const sourcePrefix = { charge: 'ch_', refund: 're_', dispute: 'dp_' } as const;

/** A movement of the balance at a moment, in the shape of Stripe's BalanceTransaction. */
export function renderTransaction(movement: Movement, moved: Moved, at: number) {
  const amount = movement.amount(moved.cents);
  const fee = movement.fee(moved.cents);
  const { currency } = moved;
  const available =
    movement.source === 'payout' ? after(moved.at, delays.payoutArrives) : availableAt(moved.at);
  return {
    id: objectId(`txn_${movement.code}`, moved.key),
    object: 'balance_transaction' as const,
    amount,
    available_on: seconds(available),
    balance_type: 'payments' as const,
    created: seconds(moved.at),
    currency,
    description: movement.description,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [{ amount: fee, application: null, currency, description: feeName(movement), type: 'stripe_fee' }],
    net: amount - fee,
    reporting_category: movement.category,
    source:
      movement.source === 'payout'
        ? payoutId(moved.key)
        : objectId(sourcePrefix[movement.source], moved.chargeKey ?? moved.key),
    status: available <= at ? 'available' : 'pending',
    type: movement.type,
  };
}

function feeName({ source }: Movement): string {
  return source === 'dispute' ? 'Dispute fee' : 'Stripe processing fees';
}
