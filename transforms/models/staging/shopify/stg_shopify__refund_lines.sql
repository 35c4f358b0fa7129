select
  {{ field_as('id', 'gid', 'refund_line_id') }},
  {{ field_as('refundId', 'gid', 'refund_id') }},
  {{ field_as('orderId', 'gid', 'order_id') }},
  {{ field_as('lineItem.id', 'gid', 'order_line_id') }},
  {{ field('quantity', 'integer') }},
  {{ field_as('restockType', 'text', 'restock_type') }},
  {{ field_as('subtotalSet.shopMoney.amount', 'amount', 'amount') }},
  {{ field_as('totalTaxSet.shopMoney.amount', 'amount', 'tax_amount') }},
  {{ cdc_columns() }}
from {{ source('shopify', 'refund_lines') }}
