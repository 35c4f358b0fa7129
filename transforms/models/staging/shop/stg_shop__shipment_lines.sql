select
  {{ field_as('id', 'bigint', 'shipment_line_id') }},
  {{ field('shipment_id', 'bigint') }},
  {{ field('order_line_id', 'bigint') }},
  {{ field('quantity', 'integer') }},
  {{ cdc_columns() }}
from {{ source('shop', 'shipment_lines') }}
