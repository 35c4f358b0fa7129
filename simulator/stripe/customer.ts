import { objectId, seconds } from './object-id.ts';
import type { Shopper } from './purchase.ts';
import { variety } from './variety.ts';

/** Whether the customer has been deleted by then. */
export function isDeleted({ deletedAt }: Shopper, at: number): boolean {
  return deletedAt !== null && deletedAt <= at;
}

/** What is left of a deleted customer. */
export function renderDeletedCustomer(shopper: Shopper) {
  return { id: objectId('cus_', shopper.id), object: 'customer' as const, deleted: true as const };
}

/** A customer of the shop, in the shape of Stripe's Customer. */
export function renderCustomer(shopper: Shopper) {
  return {
    id: objectId('cus_', shopper.id),
    object: 'customer' as const,
    address: {
      city: shopper.city,
      country: shopper.country,
      line1: `${1 + variety(shopper.id, 1, 200)} Market Street`,
      line2: null,
      postal_code: shopper.postalCode,
      state: null,
    },
    balance: 0,
    created: seconds(shopper.createdAt),
    currency: 'usd',
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: `ShopWave customer ${shopper.id}`,
    discount: null,
    email: shopper.email,
    invoice_prefix: objectId('', shopper.id).slice(-8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: { customer_id: String(shopper.id) },
    name: shopper.name,
    next_invoice_sequence: 1,
    phone: `+1555${String(variety(shopper.id, 2, 10_000_000)).padStart(7, '0')}`,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none' as const,
    test_clock: null,
  };
}
