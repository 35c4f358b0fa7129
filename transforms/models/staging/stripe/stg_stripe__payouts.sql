select
  {{ field_as('id', 'text', 'payout_id') }},
  {{ field_as('balance_transaction', 'text', 'balance_transaction_id') }},
  {{ field_as('failure_balance_transaction', 'text', 'failure_balance_transaction_id') }},
  {{ field_as('amount', 'bigint', 'amount_minor') }},
  {{ field('currency', 'code') }},
  {{ field('status', 'text') }},
  {{ field_as('type', 'text', 'payout_type') }},
  {{ field('method', 'text') }},
  {{ field_as('automatic', 'boolean', 'is_automatic') }},
  {{ field('reconciliation_status', 'text') }},
  {{ field('failure_code', 'text') }},
  {{ field_as('created', 'epoch', 'created_at') }},
  {{ field_as('arrival_date', 'epoch', 'arrival_at') }},
  {{ cdc_columns() }}
from {{ source('stripe', 'payouts') }}
