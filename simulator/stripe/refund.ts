import { after, delays } from './calendar.ts';
import { objectId, seconds } from './object-id.ts';
import type { Purchase, PurchaseRefund } from './purchase.ts';
import { variety } from './variety.ts';

/** A refund as it stands at a moment, in the shape of Stripe's Refund. */
export function renderRefund(purchase: Purchase, refund: PurchaseRefund, at: number) {
  const isFailed = refund.failsAt !== null;
  return {
    id: objectId('re_', refund.id),
    object: 'refund' as const,
    amount: refund.cents,
    balance_transaction: objectId('txn_re', refund.id),
    charge: objectId('ch_', purchase.id),
    created: seconds(refund.at),
    currency: purchase.currency,
    customer: purchase.shopper === null ? null : objectId('cus_', purchase.shopper.id),
    customer_account: null,
    description: `Refund of order ${purchase.orderNumber}`,
    destination_details: { card: cardReference(refund, at), type: 'card' },
    ...(isFailed
      ? {
          failure_balance_transaction: objectId('txn_rf', refund.id),
          failure_reason: 'lost_or_stolen_card',
        }
      : {}),
    metadata: {
      order_id: String(purchase.orderId),
      payment_id: String(refund.id),
      ...(refund.refundId === null ? {} : { refund_id: String(refund.refundId) }),
      ...(refund.reason === null ? {} : { reason: refund.reason }),
    },
    payment_intent: purchase.reference,
    payment_method: objectId('pm_', purchase.id),
    reason: 'requested_by_customer' as const,
    receipt_number: null,
    source_transfer_reversal: null,
    status: isFailed ? 'failed' : 'succeeded',
    transfer_reversal: null,
  };
}

/** The acquirer's number that a customer can ask the bank for: known some days later. */
function cardReference(refund: PurchaseRefund, at: number) {
  const isKnown = after(refund.at, delays.refundReference) <= at;
  return {
    ...(isKnown ? { reference: `7489${String(variety(refund.id, 1, 1_000_000_000)).padStart(9, '0')}` } : {}),
    reference_status: isKnown ? 'available' : 'pending',
    reference_type: 'acquirer_reference_number',
    type: 'refund' as const,
  };
}
