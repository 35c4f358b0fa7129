select
  {{ field_as('id', 'text', 'dispute_id') }},
  {{ field_as('charge', 'text', 'charge_id') }},
  {{ field_as('payment_intent', 'text', 'payment_intent_id') }},
  {{ field_as('metadata.order_id', 'reference', 'order_id') }},
  {{ field_as('amount', 'bigint', 'amount_minor') }},
  {{ field('currency', 'code') }},
  {{ field('status', 'text') }},
  {{ field('reason', 'text') }},
  {{ field_as('evidence_details.due_by', 'epoch', 'evidence_due_at') }},
  {{ field_as('created', 'epoch', 'created_at') }},
  -{{ hash_key('dispute_id') }} as own_group_id,
  {{ cdc_columns() }}
from {{ source('stripe', 'disputes') }}
