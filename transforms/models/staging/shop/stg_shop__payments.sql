select
  {{ field_as('id', 'bigint', 'payment_id') }},
  {{ field('order_id', 'bigint') }},
  {{ field('kind', 'text') }},
  {{ field('method', 'text') }},
  {{ field('status', 'text') }},
  {{ field('amount', 'money') }},
  {{ field('currency', 'text') }},
  {{ field('processor_ref', 'text') }},
  {{ field('created_at', 'timestamp') }},
  {{ field('updated_at', 'timestamp') }},
  {{ cdc_columns() }}
from {{ source('shop', 'payments') }}
