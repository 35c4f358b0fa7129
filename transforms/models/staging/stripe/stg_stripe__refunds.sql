select
  {{ field_as('id', 'text', 'stripe_refund_id') }},
  {{ field_as('charge', 'text', 'charge_id') }},
  {{ field_as('payment_intent', 'text', 'payment_intent_id') }},
  {{ field_as('balance_transaction', 'text', 'balance_transaction_id') }},
  {{ field_as('failure_balance_transaction', 'text', 'failure_balance_transaction_id') }},
  {{ field_as('metadata.order_id', 'reference', 'order_id') }},
  {{ field_as('metadata.payment_id', 'reference', 'payment_id') }},
  {{ field_as('metadata.refund_id', 'reference', 'refund_id') }},
  {{ field_as('amount', 'bigint', 'amount_minor') }},
  {{ field('currency', 'code') }},
  {{ field('status', 'text') }},
  {{ field('reason', 'text') }},
  {{ field('failure_reason', 'text') }},
  {{ field_as('created', 'epoch', 'created_at') }},
  -{{ hash_key('stripe_refund_id') }} as own_group_id,
  {{ cdc_columns() }}
from {{ source('stripe', 'refunds') }}
