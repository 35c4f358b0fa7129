select
  {{ field_as('id', 'bigint', 'order_id') }},
  {{ field('order_number', 'text') }},
  {{ field('customer_id', 'bigint') }},
  {{ field('channel', 'text') }},
  {{ field('currency', 'text') }},
  {{ field('status', 'text') }},
  {{ field('is_test', 'boolean') }},
  {{ field('ship_country', 'text') }},
  {{ field('shipping_amount', 'money') }},
  {{ field('placed_at', 'timestamp') }},
  {{ field('cancelled_at', 'timestamp') }},
  {{ field('updated_at', 'timestamp') }},
  {{ cdc_columns() }}
from {{ source('shop', 'orders') }}
