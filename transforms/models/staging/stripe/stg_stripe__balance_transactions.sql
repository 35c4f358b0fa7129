select
  {{ field_as('id', 'text', 'balance_transaction_id') }},
  {{ field_as('source', 'text', 'source_id') }},
  {{ field_as('type', 'text', 'transaction_type') }},
  {{ field('reporting_category', 'text') }},
  {{ field_as('amount', 'bigint', 'amount_minor') }},
  {{ field_as('fee', 'bigint', 'fee_minor') }},
  {{ field_as('net', 'bigint', 'net_minor') }},
  {{ field('currency', 'code') }},
  {{ field('exchange_rate', 'text') }},
  {{ field('status', 'text') }},
  {{ field_as('created', 'epoch', 'created_at') }},
  {{ field_as('available_on', 'epoch', 'available_at') }},
  -{{ hash_key('coalesce(source_id, balance_transaction_id)') }} as own_group_id,
  {{ cdc_columns() }}
from {{ source('stripe', 'balance_transactions') }}
