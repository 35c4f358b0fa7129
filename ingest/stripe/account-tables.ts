import { each } from '../extract/table-rules.ts';
import { metadata, objectTable } from './field-lists.ts';

export const balanceTransactions = objectTable(
  'balance_transactions',
  {
    ...each('id source', 'id'),
    ...each('object amount available_on balance_type created currency exchange_rate fee net', 'allow'),
    ...each('reporting_category status type', 'allow'),
    fee_details: [
      { application: 'id', ...each('amount currency type', 'allow'), ...each('description', 'deny') },
    ],
    description: 'deny',
  },
  {
    amount: 'number',
    available_on: 'number',
    currency: 'string',
    exchange_rate: 'number?',
    fee: 'number',
    net: 'number',
    reporting_category: 'string',
    source: 'string?',
    status: { oneOf: ['available', 'pending'] },
    type: 'string',
  },
);

/** Which payout paid a balance transaction out: Stripe says so only by listing the transactions of one payout. */
export const payoutTransactions = objectTable(
  'payout_transactions',
  { ...each('id payout', 'id'), created: 'allow' },
  { payout: 'string' },
);

export const payouts = objectTable(
  'payouts',
  {
    ...each('id balance_transaction failure_balance_transaction original_payout reversed_by', 'id'),
    ...each('application_fee', 'id'),
    ...each('object amount application_fee_amount arrival_date automatic created currency', 'allow'),
    ...each('failure_code livemode method reconciliation_status source_type status type', 'allow'),
    metadata,
    // Where the money went is a bank account.
    ...each('description destination failure_message payout_method statement_descriptor trace_id', 'deny'),
  },
  {
    amount: 'number',
    arrival_date: 'number',
    automatic: 'boolean',
    currency: 'string',
    balance_transaction: 'string?',
    status: { oneOf: ['canceled', 'failed', 'in_transit', 'paid', 'pending'] },
    type: { oneOf: ['bank_account', 'card'] },
    reconciliation_status: { oneOf: ['completed', 'in_progress', 'not_applicable'] },
    failure_code: 'string?',
  },
);

export const customers = objectTable(
  'customers',
  {
    id: 'id',
    ...each('object balance created currency delinquent livemode tax_exempt', 'allow'),
    email: 'token:email',
    address: {
      country: 'allow',
      ...each('city line1 line2 postal_code state', 'deny'),
    },
    metadata,
    ...each(
      'business_name cash_balance customer_account default_source deleted description discount',
      'deny',
    ),
    ...each('individual_name invoice_credit_balance invoice_prefix invoice_settings name', 'deny'),
    ...each(
      'next_invoice_sequence phone preferred_locales shipping sources subscriptions tax tax_ids',
      'deny',
    ),
    ...each('test_clock', 'deny'),
  },
  { livemode: 'boolean', email: 'string?' },
);
