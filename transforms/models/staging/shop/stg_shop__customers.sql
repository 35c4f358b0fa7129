select
  {{ field_as('id', 'bigint', 'customer_id') }},
  {{ field('email_token', 'text') }},
  {{ field('country', 'text') }},
  {{ field('city', 'text') }},
  {{ field('postal_code', 'text') }},
  {{ field('segment', 'text') }},
  {{ field('created_at', 'timestamp') }},
  {{ field('updated_at', 'timestamp') }},
  {{ cdc_columns() }}
from {{ source('shop', 'customers') }}
