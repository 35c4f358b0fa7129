select
  {{ field_as('id', 'bigint', 'refund_line_id') }},
  {{ field('refund_id', 'bigint') }},
  {{ field('order_line_id', 'bigint') }},
  {{ field('quantity', 'integer') }},
  {{ field('amount', 'money') }},
  {{ field('tax_amount', 'money') }},
  {{ field('restock_type', 'text') }},
  {{ cdc_columns() }}
from {{ source('shop', 'refund_lines') }}
