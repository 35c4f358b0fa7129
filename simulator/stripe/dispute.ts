import { after, delays } from './calendar.ts';
import { purchaseMetadata } from './charge.ts';
import { objectId, seconds } from './object-id.ts';
import type { Purchase } from './purchase.ts';
import { renderTransaction } from './transaction.ts';
import { movements } from './balance.ts';
import { variety } from './variety.ts';

const reasons = [
  { reason: 'fraudulent', code: '10.4' },
  { reason: 'product_not_received', code: '13.1' },
  { reason: 'product_unacceptable', code: '13.3' },
  { reason: 'duplicate', code: '12.6' },
] as const;

type Status = 'needs_response' | 'under_review' | 'won' | 'lost';

/** The dispute about a purchase at a moment, in the shape of Stripe's Dispute; nothing when there is none yet. */
export function renderDispute(purchase: Purchase, at: number) {
  const { capture, shopper } = purchase;
  const dispute = capture?.dispute;
  if (capture === null || dispute == null || dispute.at > at) return undefined;
  const status = statusOf(dispute, at);
  const { reason, code } = reasons[variety(capture.id, 1, reasons.length)] ?? reasons[0];
  const isAnswered = status !== 'needs_response';
  return {
    id: objectId('dp_', capture.id),
    object: 'dispute' as const,
    amount: capture.cents,
    balance_transactions: movements
      .filter((each) => each.source === 'dispute' && after(dispute.at, each.laterSeconds ?? 0) <= at)
      .filter((each) => each.category === 'dispute' || dispute.isWon)
      .map((each) => {
        const moved = {
          key: capture.id,
          cents: capture.cents,
          at: after(dispute.at, each.laterSeconds ?? 0),
        };
        return renderTransaction(each, { ...moved, currency: purchase.currency }, at);
      }),
    charge: objectId('ch_', purchase.id),
    created: seconds(dispute.at),
    currency: purchase.currency,
    enhanced_eligibility_types: [],
    evidence: {
      ...noEvidence,
      customer_email_address: shopper?.email ?? null,
      customer_name: shopper?.name ?? null,
      customer_purchase_ip: `203.0.113.${1 + variety(capture.id, 2, 254)}`,
      product_description: isAnswered ? `Goods of order ${purchase.orderNumber}` : null,
      uncategorized_text: isAnswered ? 'The parcel was handed over, see the carrier.' : null,
    },
    evidence_details: {
      due_by: seconds(after(dispute.at, delays.disputeDue)),
      enhanced_eligibility: {},
      has_evidence: isAnswered,
      past_due: false,
      submission_count: isAnswered ? 1 : 0,
      submission_method: isAnswered ? ('manual' as const) : ('not_submitted' as const),
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: purchaseMetadata(purchase),
    network_reason_code: code,
    payment_intent: purchase.reference,
    payment_method_details: {
      type: 'card' as const,
      card: {
        brand: purchase.cardBrand ?? 'visa',
        case_type: 'chargeback' as const,
        network: purchase.cardBrand ?? 'visa',
        network_reason_code: code,
      },
    },
    reason,
    status,
  };
}

function statusOf(
  { at: began, isWon }: { readonly at: number; readonly isWon: boolean },
  at: number,
): Status {
  if (at >= after(began, delays.disputeCloses)) return isWon ? 'won' : 'lost';
  return at >= after(began, delays.disputeEvidence) ? 'under_review' : 'needs_response';
}

const noEvidence = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
};
