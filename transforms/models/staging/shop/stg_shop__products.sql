select
  {{ field_as('id', 'bigint', 'product_id') }},
  {{ field('seller_id', 'bigint') }},
  {{ field('sku', 'text') }},
  {{ field('title', 'text') }},
  {{ field('category', 'text') }},
  {{ field('kind', 'text') }},
  {{ field('price', 'price') }},
  {{ field('currency', 'text') }},
  {{ field('is_active', 'boolean') }},
  {{ field('created_at', 'timestamp') }},
  {{ field('updated_at', 'timestamp') }},
  {{ cdc_columns() }}
from {{ source('shop', 'products') }}
