select
  {{ field_as('id', 'bigint', 'cancellation_id') }},
  {{ field_as('number', 'text', 'cancellation_number') }},
  {{ field('order_id', 'bigint') }},
  {{ field('customer_id', 'bigint') }},
  {{ field('currency', 'text') }},
  {{ field('channel', 'text') }},
  {{ field('before_capture', 'boolean') }},
  {{ field('reason', 'text') }},
  {{ field('cancelled_at', 'timestamp') }},
  {{ cdc_columns() }}
from {{ source('shop', 'cancellations') }}
