select
  {{ field_as('id', 'gid', 'order_line_id') }},
  {{ field_as('orderId', 'gid', 'order_id') }},
  {{ field_as('product.id', 'gid', 'product_id') }},
  {{ field('sku', 'text') }},
  {{ field('quantity', 'integer') }},
  {{ field_as('currentQuantity', 'integer', 'current_quantity') }},
  {{ field_as('isGiftCard', 'boolean', 'is_gift_card') }},
  {{ field_as('originalUnitPriceSet.shopMoney.amount', 'amount', 'unit_price') }},
  {{ field_as('originalTotalSet.shopMoney.amount', 'amount', 'gross_amount') }},
  {{ field_as('discountedTotalSet.shopMoney.amount', 'amount', 'discounted_amount') }},
  {{ field_as('totalDiscountSet.shopMoney.amount', 'amount', 'discount_amount') }},
  {{ json_value('data', 'taxLines') }} as tax_lines,
  {{ cdc_columns() }}
from {{ source('shopify', 'order_lines') }}
