select
  {{ field_as('id', 'bigint', 'cancellation_line_id') }},
  {{ field('cancellation_id', 'bigint') }},
  {{ field('order_line_id', 'bigint') }},
  {{ field('product_id', 'bigint') }},
  {{ field('quantity', 'integer') }},
  {{ field('unit_price', 'price') }},
  {{ field('discount_amount', 'money') }},
  {{ cdc_columns() }}
from {{ source('shop', 'cancellation_lines') }}
