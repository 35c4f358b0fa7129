select
  {{ field_as('id', 'gid', 'refund_id') }},
  {{ field_as('orderId', 'gid', 'order_id') }},
  {{ field_as('totalRefundedSet.shopMoney.amount', 'amount', 'amount') }},
  {{ field_as('totalRefundedSet.shopMoney.currencyCode', 'code', 'currency') }},
  {{ json_value('data', 'refundShippingLines') }} as shipping_lines,
  {{ field_as('createdAt', 'timestamp', 'created_at') }},
  {{ field_as('processedAt', 'timestamp', 'refunded_at') }},
  {{ cdc_columns() }}
from {{ source('shopify', 'refunds') }}
