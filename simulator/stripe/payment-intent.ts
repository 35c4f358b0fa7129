import { customerId, purchaseMetadata } from './charge.ts';
import { objectId, seconds } from './object-id.ts';
import type { Purchase } from './purchase.ts';

type Status = 'canceled' | 'succeeded' | 'requires_capture' | 'requires_payment_method';

function statusOf({ isApproved, capture, voidedAt }: Purchase): Status {
  if (capture !== null) return 'succeeded';
  if (voidedAt !== null) return 'canceled';
  return isApproved ? 'requires_capture' : 'requires_payment_method';
}

/** The payment intent of a purchase, in the shape of Stripe's PaymentIntent. */
export function renderPaymentIntent(purchase: Purchase) {
  const { id, cents, capture, voidedAt, isApproved } = purchase;
  const status = statusOf(purchase);
  return {
    id: purchase.reference,
    object: 'payment_intent' as const,
    allowed_payment_method_types: null,
    amount: cents,
    amount_capturable: status === 'requires_capture' ? cents : 0,
    amount_details: { tip: {} },
    amount_received: capture?.cents ?? 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: status === 'canceled' && voidedAt !== null ? seconds(voidedAt) : null,
    cancellation_reason: status === 'canceled' ? ('requested_by_customer' as const) : null,
    capture_method: capture?.at === purchase.at ? ('automatic' as const) : ('manual' as const),
    client_secret: `${purchase.reference}_secret_${objectId('cs_', id).slice(3)}`,
    confirmation_method: 'automatic' as const,
    created: seconds(purchase.at),
    currency: purchase.currency,
    customer: customerId(purchase),
    customer_account: null,
    description: `ShopWave order ${purchase.orderNumber}`,
    excluded_payment_method_types: null,
    last_payment_error: isApproved ? null : declined(purchase),
    latest_charge: objectId('ch_', id),
    livemode: false,
    managed_payments: null,
    metadata: purchaseMetadata(purchase),
    next_action: null,
    on_behalf_of: null,
    payment_method: isApproved ? objectId('pm_', id) : null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: {
        installments: null,
        mandate_options: null,
        network: null,
        request_three_d_secure: 'automatic' as const,
      },
    },
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: purchase.shopper?.email ?? null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status,
    transfer_data: null,
    transfer_group: null,
  };
}

function declined({ id }: Purchase) {
  return {
    charge: objectId('ch_', id),
    code: 'card_declined' as const,
    decline_code: 'generic_decline',
    doc_url: 'https://stripe.com/docs/error-codes/card-declined',
    message: 'Your card was declined.',
    type: 'card_error' as const,
  };
}
