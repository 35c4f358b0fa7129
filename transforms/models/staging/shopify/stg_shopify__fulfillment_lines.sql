select
  {{ field_as('id', 'gid', 'shipment_line_id') }},
  {{ field_as('fulfillmentId', 'gid', 'shipment_id') }},
  {{ field_as('orderId', 'gid', 'order_id') }},
  {{ field_as('lineItem.id', 'gid', 'order_line_id') }},
  {{ field('quantity', 'integer') }},
  {{ cdc_columns() }}
from {{ source('shopify', 'fulfillment_lines') }}
