select
  {{ field_as('id', 'bigint', 'seller_id') }},
  {{ field_as('name', 'text', 'seller_name') }},
  {{ field_as('country', 'text', 'seller_country') }},
  {{ field('commission_rate', 'rate') }},
  {{ field('created_at', 'timestamp') }},
  {{ field('updated_at', 'timestamp') }},
  {{ cdc_columns() }}
from {{ source('shop', 'sellers') }}
