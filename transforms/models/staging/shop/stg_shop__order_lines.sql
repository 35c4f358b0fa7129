select
  {{ field_as('id', 'bigint', 'order_line_id') }},
  {{ field('order_id', 'bigint') }},
  {{ field('line_no', 'integer') }},
  {{ field('product_id', 'bigint') }},
  {{ field('quantity', 'integer') }},
  {{ field('unit_price', 'price') }},
  {{ field('discount_amount', 'money') }},
  {{ field('tax_amount', 'money') }},
  {{ field('created_at', 'timestamp') }},
  {{ field('updated_at', 'timestamp') }},
  {{ cdc_columns() }}
from {{ source('shop', 'order_lines') }}
