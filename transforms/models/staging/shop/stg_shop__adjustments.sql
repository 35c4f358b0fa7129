select
  {{ field_as('id', 'bigint', 'adjustment_id') }},
  {{ field('reference', 'text') }},
  {{ field('kind', 'text') }},
  {{ field('product_id', 'bigint') }},
  {{ field('quantity', 'integer') }},
  {{ field('amount', 'money') }},
  {{ field('currency', 'text') }},
  {{ field('note', 'text') }},
  {{ field('adjusted_at', 'timestamp') }},
  {{ cdc_columns() }}
from {{ source('shop', 'adjustments') }}
