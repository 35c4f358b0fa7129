import { movedCents, movements, payoutMovement, refundFailure } from './balance.ts';
import type { Movement } from './balance.ts';
import { after } from './calendar.ts';
import { renderCharge } from './charge.ts';
import { isDeleted, renderCustomer, renderDeletedCustomer } from './customer.ts';
import { renderDispute } from './dispute.ts';
import { renderPaymentIntent } from './payment-intent.ts';
import { renderPayout } from './payout.ts';
import type { PayoutFacts } from './payouts.ts';
import type { Purchase, PurchaseRefund, Shopper } from './purchase.ts';
import { renderRefund } from './refund.ts';
import { renderTransaction } from './transaction.ts';
import type { JsonObject } from '../saas/json.ts';

/** Everything that an object can be rendered from: what is known around one row, as of one moment. */
export interface Origin {
  readonly at: number;
  readonly purchase?: Purchase;
  readonly refund?: PurchaseRefund;
  readonly shopper?: Shopper;
  readonly payout?: PayoutFacts;
  /** For a balance transaction: what it is, of which row. */
  readonly moved?: { readonly movement: Movement; readonly key: number; readonly at: number };
}

export type ObjectName =
  | 'charge'
  | 'payment_intent'
  | 'refund'
  | 'dispute'
  | 'balance_transaction'
  | 'payout'
  | 'customer';

const renderers: Readonly<Record<ObjectName, (origin: Origin) => JsonObject | undefined>> = {
  charge: ({ purchase }) => purchase && renderCharge(purchase),
  payment_intent: ({ purchase }) => purchase && renderPaymentIntent(purchase),
  refund: ({ purchase, refund, at }) => purchase && refund && renderRefund(purchase, refund, at),
  dispute: ({ purchase, at }) => purchase && renderDispute(purchase, at),
  balance_transaction: transaction,
  payout: ({ payout, at }) => payout && renderPayout(payout, at),
  customer: ({ shopper, at }) =>
    shopper && (isDeleted(shopper, at) ? renderDeletedCustomer(shopper) : renderCustomer(shopper)),
};

/** An object as JSON; nothing when there is no such thing at that moment. */
export function renderObject(name: ObjectName, origin: Origin): JsonObject | undefined {
  return renderers[name](origin);
}

function transaction({ moved, purchase, payout, at }: Origin): JsonObject | undefined {
  if (moved === undefined) return undefined;
  const { movement, key, at: movedAt } = moved;
  if (movement.source === 'payout') {
    if (payout === undefined) return undefined;
    const { cents, currency } = payout;
    return renderTransaction(movement, { key, cents, currency, at: movedAt }, at);
  }
  if (purchase === undefined) return undefined;
  const { id, currency } = purchase;
  const facts = { key, cents: movedCents(movement, key, purchase), currency, at: movedAt };
  return renderTransaction(movement, movement.source === 'charge' ? { ...facts, chargeKey: id } : facts, at);
}

/** Where the balance transaction that an object names comes from. */
export function transactionOrigin(name: ObjectName, origin: Origin, isFailure: boolean): Origin | undefined {
  const { purchase, refund, payout } = origin;
  if (name === 'payout' && payout !== undefined) {
    return { ...origin, moved: { movement: payoutMovement, key: payout.key, at: payout.at } };
  }
  const movement = isFailure ? refundFailure : movements.find((each) => each.source === name);
  const row = name === 'refund' ? refund : purchase?.capture;
  if (movement === undefined || row == null) return undefined;
  return { ...origin, moved: { movement, key: row.id, at: after(row.at, movement.laterSeconds ?? 0) } };
}
