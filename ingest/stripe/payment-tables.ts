import { each } from '../extract/table-rules.ts';
import { metadata, objectTable } from './field-lists.ts';

// Kept: identifiers, amounts, states, times, brand, funding, country. What identifies a card or a person beyond a token,
// links that open receipts, and everything that somebody typed is left out. Ids are not looked at for card numbers.

export const charges = objectTable(
  'charges',
  {
    ...each(
      'id customer payment_intent payment_method balance_transaction failure_balance_transaction',
      'id',
    ),
    ...each('on_behalf_of review source_transfer transfer transfer_group application application_fee', 'id'),
    ...each('object amount amount_captured amount_refunded application_fee_amount currency created', 'allow'),
    ...each('status captured paid refunded disputed livemode failure_code', 'allow'),
    metadata,
    outcome: {
      risk_level: 'allow',
      ...each(
        'advice_code network_advice_code network_decline_code network_status reason risk_score',
        'deny',
      ),
      ...each('rule seller_message type', 'deny'),
    },
    payment_method_details: {
      type: 'allow',
      card: {
        ...each('brand network funding country', 'allow'),
        fingerprint: 'token:card',
        wallet: {
          type: 'allow',
          ...each('amex_express_checkout apple_pay dynamic_last4 google_pay link masterpass', 'deny'),
          ...each('samsung_pay visa_checkout', 'deny'),
        },
        ...each('amount_authorized authorization_code capture_before checks description', 'deny'),
        ...each('electronic_commerce_indicator exp_month exp_year extended_authorization iin', 'deny'),
        ...each('incremental_authorization installments issuer last4 mandate moto multicapture', 'deny'),
        ...each('network_token network_transaction_id overcapture regulated_status', 'deny'),
        ...each('setup_credential_usage stored_credential_usage three_d_secure transaction_link_id', 'deny'),
      },
    },
    ...each('authorization_code billing_details calculated_statement_descriptor description', 'deny'),
    ...each('failure_message fraud_details level3 presentment_details radar_options receipt_email', 'deny'),
    // Refunds are a stream of their own; pages that carry them fill it too.
    ...each('receipt_number receipt_url refunds shipping source statement_descriptor', 'deny'),
    ...each('statement_descriptor_suffix transfer_data', 'deny'),
  },
  {
    amount: 'number',
    amount_captured: 'number',
    amount_refunded: 'number',
    currency: 'string',
    status: { oneOf: ['failed', 'pending', 'succeeded'] },
    captured: 'boolean',
    paid: 'boolean',
    refunded: 'boolean',
    disputed: 'boolean',
    customer: 'string?',
    payment_intent: 'string?',
    balance_transaction: 'string?',
    failure_code: 'string?',
    'payment_method_details.type': 'string?',
    'payment_method_details.card.brand': 'string?',
    'payment_method_details.card.country': 'string?',
    'payment_method_details.card.funding': {
      oneOf: ['credit', 'debit', 'prepaid', 'unknown'],
      nullable: true,
    },
  },
);

export const paymentIntents = objectTable(
  'payment_intents',
  {
    ...each('id customer latest_charge payment_method on_behalf_of review application transfer_group', 'id'),
    ...each(
      'object amount amount_capturable amount_received application_fee_amount currency created',
      'allow',
    ),
    ...each('status capture_method confirmation_method cancellation_reason canceled_at livemode', 'allow'),
    payment_method_types: ['allow'],
    metadata,
    ...each('allowed_payment_method_types amount_details automatic_payment_methods client_secret', 'deny'),
    ...each('customer_account description excluded_payment_method_types hooks last_payment_error', 'deny'),
    ...each('managed_payments next_action payment_details payment_method_configuration_details', 'deny'),
    ...each('payment_method_options payment_record presentment_details processing receipt_email', 'deny'),
    ...each('setup_future_usage shipping source statement_descriptor statement_descriptor_suffix', 'deny'),
    ...each('transfer_data', 'deny'),
  },
  {
    amount: 'number',
    amount_capturable: 'number',
    amount_received: 'number',
    currency: 'string',
    status: {
      oneOf: (
        'canceled processing requires_action requires_capture requires_confirmation requires_payment_method ' +
        'succeeded'
      ).split(' '),
    },
    capture_method: { oneOf: ['automatic', 'automatic_async', 'manual'] },
    customer: 'string?',
    latest_charge: 'string?',
    canceled_at: 'number?',
    cancellation_reason: {
      oneOf:
        'abandoned automatic duplicate expired failed_invoice fraudulent requested_by_customer void_invoice'.split(
          ' ',
        ),
      nullable: true,
    },
  },
);

export const refunds = objectTable(
  'refunds',
  {
    ...each('id charge payment_intent payment_method balance_transaction', 'id'),
    ...each('failure_balance_transaction customer source_transfer_reversal transfer_reversal', 'id'),
    ...each('object amount currency created status reason failure_reason pending_reason', 'allow'),
    metadata,
    ...each('customer_account description destination_details instructions_email next_action', 'deny'),
    ...each('presentment_details receipt_number', 'deny'),
  },
  {
    amount: 'number',
    currency: 'string',
    status: { oneOf: ['canceled', 'failed', 'pending', 'requires_action', 'succeeded'], nullable: true },
    charge: 'string?',
    payment_intent: 'string?',
    balance_transaction: 'string?',
    reason: {
      oneOf: ['duplicate', 'expired_uncaptured_charge', 'fraudulent', 'requested_by_customer'],
      nullable: true,
    },
  },
);

export const disputes = objectTable(
  'disputes',
  {
    ...each('id charge payment_intent', 'id'),
    ...each('object amount currency created status reason is_charge_refundable livemode', 'allow'),
    balance_transactions: [
      {
        ...each('id source', 'id'),
        ...each('object amount available_on balance_type created currency exchange_rate fee net', 'allow'),
        ...each('reporting_category status type', 'allow'),
        ...each('description fee_details', 'deny'),
      },
    ],
    evidence_details: {
      ...each('due_by has_evidence past_due submission_count', 'allow'),
      ...each('enhanced_eligibility submission_method', 'deny'),
    },
    payment_method_details: {
      type: 'allow',
      card: { ...each('brand network', 'allow'), ...each('case_type network_reason_code', 'deny') },
      ...each('amazon_pay klarna paypal', 'deny'),
    },
    metadata,
    ...each('enhanced_eligibility_types evidence intended_submission_method network_reason_code', 'deny'),
  },
  {
    amount: 'number',
    currency: 'string',
    status: {
      oneOf: (
        'appeal_needs_response appeal_under_review lost needs_response prevented under_review warning_closed ' +
        'warning_needs_response warning_under_review won'
      ).split(' '),
    },
    charge: 'string',
    payment_intent: 'string?',
    reason: 'string',
    is_charge_refundable: 'boolean',
  },
);
