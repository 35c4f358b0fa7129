import { objectId, seconds } from './object-id.ts';
import type { Purchase } from './purchase.ts';
import { variety } from './variety.ts';

export function customerId(purchase: Purchase): string | null {
  return purchase.shopper === null ? null : objectId('cus_', purchase.shopper.id);
}

/** What the shop writes on its objects, so that they can be told apart by its own keys. */
export function purchaseMetadata(purchase: Purchase): { readonly [key: string]: string } {
  return {
    order_id: String(purchase.orderId),
    order_number: purchase.orderNumber,
    payment_id: String(purchase.id),
  };
}

/** Cents given back by refunds that went through. */
function refundedCents(purchase: Purchase): number {
  if (purchase.voidedAt !== null) return purchase.cents;
  const kept = purchase.refunds.filter((refund) => refund.failsAt === null);
  return kept.reduce((sum, refund) => sum + refund.cents, 0);
}

/** The charge of a purchase as it stands: see purchaseAt for how it stood. Its shape is that of Stripe's Charge. */
export function renderCharge(purchase: Purchase) {
  const { id, cents, capture, isApproved } = purchase;
  const refunded = refundedCents(purchase);
  return {
    id: objectId('ch_', id),
    object: 'charge' as const,
    amount: cents,
    amount_captured: capture?.cents ?? 0,
    amount_refunded: refunded,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: capture === null ? null : objectId('txn_ch', capture.id),
    billing_details: billingDetails(purchase),
    calculated_statement_descriptor: isApproved ? 'SHOPWAVE' : null,
    captured: capture !== null,
    created: seconds(purchase.at),
    currency: purchase.currency,
    customer: customerId(purchase),
    description: `ShopWave order ${purchase.orderNumber}`,
    disputed: capture?.dispute != null,
    failure_balance_transaction: null,
    failure_code: isApproved ? null : 'card_declined',
    failure_message: isApproved ? null : 'Your card was declined.',
    fraud_details: {},
    livemode: false,
    metadata: purchaseMetadata(purchase),
    on_behalf_of: null,
    outcome: outcome(purchase),
    paid: isApproved,
    payment_intent: purchase.reference,
    payment_method: objectId('pm_', id),
    payment_method_details: { type: 'card', card: cardDetails(purchase) },
    radar_options: {},
    receipt_email: purchase.shopper?.email ?? null,
    receipt_number: null,
    receipt_url: isApproved ? `https://pay.stripe.com/receipts/payment/${objectId('rcpt_', id)}` : null,
    refunded: capture === null ? refunded > 0 : refunded >= capture.cents,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: isApproved ? ('succeeded' as const) : ('failed' as const),
    transfer_data: null,
    transfer_group: null,
  };
}

function billingDetails({ shopper }: Purchase) {
  return {
    address: {
      city: shopper?.city ?? null,
      country: shopper?.country ?? null,
      line1: shopper === null ? null : `${1 + variety(shopper.id, 1, 200)} Market Street`,
      line2: null,
      postal_code: shopper?.postalCode ?? null,
      state: null,
    },
    email: shopper?.email ?? null,
    name: shopper?.name ?? null,
    phone: shopper === null ? null : `+1555${String(variety(shopper.id, 2, 10_000_000)).padStart(7, '0')}`,
    tax_id: null,
  };
}

function outcome({ id, isApproved }: Purchase) {
  return {
    advice_code: isApproved ? null : ('try_again_later' as const),
    network_advice_code: isApproved ? null : '02',
    network_decline_code: isApproved ? null : '05',
    network_status: isApproved ? 'approved_by_network' : 'declined_by_network',
    reason: isApproved ? null : 'generic_decline',
    risk_level: 'normal',
    risk_score: variety(id, 3, 60),
    seller_message: isApproved ? 'Payment complete.' : 'The bank did not return any further details.',
    type: isApproved ? 'authorized' : 'issuer_declined',
  };
}

function cardDetails(purchase: Purchase) {
  const { id, capture, cents, isApproved, cardBrand, cardLast4 } = purchase;
  const digits = (salt: number): string => String(variety(id, salt, 1_000_000)).padStart(6, '0');
  return {
    amount_authorized: isApproved ? cents : null,
    authorization_code: isApproved ? digits(4) : null,
    brand: cardBrand,
    checks: {
      address_line1_check: 'pass',
      address_postal_code_check: 'pass',
      cvc_check: isApproved ? 'pass' : 'fail',
    },
    country: purchase.shopper?.country ?? 'US',
    electronic_commerce_indicator: null,
    exp_month: 1 + variety(id, 5, 12),
    exp_year: 2027 + variety(id, 6, 6),
    extended_authorization: { status: 'disabled' as const },
    fingerprint: purchase.cardFingerprint,
    funding: variety(id, 7, 4) === 0 ? 'debit' : 'credit',
    incremental_authorization: { status: 'unavailable' as const },
    installments: null,
    last4: cardLast4,
    mandate: null,
    multicapture: { status: 'unavailable' as const },
    network: cardBrand,
    network_token: { used: purchase.method === 'apple_pay' },
    network_transaction_id: digits(8) + digits(9),
    overcapture: { maximum_amount_capturable: capture?.cents ?? cents, status: 'unavailable' as const },
    regulated_status: 'unregulated' as const,
    three_d_secure: null,
    transaction_link_id: null,
    wallet: wallet(purchase),
  };
}

function wallet({ method, cardLast4 }: Purchase) {
  return method === 'apple_pay'
    ? { type: 'apple_pay' as const, apple_pay: {}, dynamic_last4: cardLast4 }
    : null;
}
