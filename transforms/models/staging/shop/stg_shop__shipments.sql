select
  {{ field_as('id', 'bigint', 'shipment_id') }},
  {{ field('order_id', 'bigint') }},
  {{ field('carrier', 'text') }},
  {{ field('tracking_number', 'text') }},
  {{ field('status', 'text') }},
  {{ field('promised_at', 'timestamp') }},
  {{ field('shipped_at', 'timestamp') }},
  {{ field('delivered_at', 'timestamp') }},
  {{ field('created_at', 'timestamp') }},
  {{ field('updated_at', 'timestamp') }},
  {{ cdc_columns() }}
from {{ source('shop', 'shipments') }}
