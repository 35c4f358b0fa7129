import { withField } from '../saas/json.ts';
import type { JsonObject } from '../saas/json.ts';

/** Fields of each object that people or shops write into, by dotted path: where anything may turn up, a card number too. */
export const freeText: Readonly<Record<string, readonly string[]>> = {
  charge: [
    'description',
    'metadata.note',
    'billing_details.name',
    'billing_details.email',
    'billing_details.phone',
    'billing_details.address.line1',
    'billing_details.address.line2',
    'billing_details.address.city',
    'receipt_email',
    'receipt_url',
    'calculated_statement_descriptor',
    'statement_descriptor',
    'statement_descriptor_suffix',
    'failure_message',
    'outcome.seller_message',
    'outcome.reason',
    'transfer_group',
    'payment_method_details.card.authorization_code',
    'payment_method_details.card.network_transaction_id',
    'fraud_details.user_report',
  ],
  payment_intent: [
    'description',
    'metadata.note',
    'receipt_email',
    'statement_descriptor',
    'statement_descriptor_suffix',
    'client_secret',
    'transfer_group',
  ],
  refund: ['description', 'metadata.note', 'metadata.reason', 'instructions_email'],
  dispute: [
    'metadata.note',
    'evidence.access_activity_log',
    'evidence.billing_address',
    'evidence.cancellation_rebuttal',
    'evidence.customer_email_address',
    'evidence.customer_name',
    'evidence.customer_purchase_ip',
    'evidence.duplicate_charge_explanation',
    'evidence.product_description',
    'evidence.refund_refusal_explanation',
    'evidence.shipping_address',
    'evidence.uncategorized_text',
  ],
  balance_transaction: ['description'],
  payout: ['description', 'metadata.note', 'statement_descriptor', 'failure_message'],
  customer: [
    'description',
    'metadata.note',
    'name',
    'email',
    'phone',
    'address.line1',
    'address.line2',
    'address.city',
    'invoice_settings.footer',
  ],
};

/** Gives a text to write into a field, by object and path (`charge.metadata.note`); nothing to leave it alone. */
export type PlantText = (path: string) => string | undefined;

/** The object with planted texts in its free-text fields. A deleted customer has none left. */
export function plantText(object: JsonObject, plant: PlantText | undefined): JsonObject {
  if (plant === undefined || object['deleted'] === true) return object;
  const name = object['object'];
  if (typeof name !== 'string') return object;
  return (freeText[name] ?? []).reduce((planted, path) => {
    const text = plant(`${name}.${path}`);
    return text === undefined ? planted : withField(planted, path, text);
  }, object);
}
