select
  {{ field_as('id', 'gid', 'shipment_id') }},
  {{ field_as('orderId', 'gid', 'order_id') }},
  {{ field_as('name', 'text', 'fulfillment_name') }},
  {{ field('status', 'text') }},
  {{ field_as('displayStatus', 'text', 'display_status') }},
  {{ field_as('trackingInfo[0].company', 'text', 'carrier') }},
  {{ field_as('trackingInfo[0].number', 'text', 'tracking_number') }},
  {{ field_as('estimatedDeliveryAt', 'timestamp', 'promised_at') }},
  {{ field_as('inTransitAt', 'timestamp', 'shipped_at') }},
  {{ field_as('deliveredAt', 'timestamp', 'delivered_at') }},
  {{ field_as('createdAt', 'timestamp', 'created_at') }},
  {{ field_as('updatedAt', 'timestamp', 'updated_at') }},
  {{ cdc_columns() }}
from {{ source('shopify', 'fulfillments') }}
