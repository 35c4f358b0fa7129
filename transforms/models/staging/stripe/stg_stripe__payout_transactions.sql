select
  {{ field_as('id', 'text', 'balance_transaction_id') }},
  {{ field_as('payout', 'text', 'payout_id') }},
  {{ field_as('created', 'epoch', 'created_at') }},
  {{ cdc_columns() }}
from {{ source('stripe', 'payout_transactions') }}
