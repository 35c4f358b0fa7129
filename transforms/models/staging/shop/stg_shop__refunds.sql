select
  {{ field_as('id', 'bigint', 'refund_id') }},
  {{ field('order_id', 'bigint') }},
  {{ field('payment_id', 'bigint') }},
  {{ field('cancellation_id', 'bigint') }},
  {{ field('amount', 'money') }},
  {{ field('shipping_amount', 'money') }},
  {{ field('currency', 'text') }},
  {{ field('reason', 'text') }},
  {{ field('refunded_at', 'timestamp') }},
  {{ cdc_columns() }}
from {{ source('shop', 'refunds') }}
