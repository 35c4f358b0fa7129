select
  {{ field_as('id', 'text', 'stripe_customer_id') }},
  {{ field_as('metadata.customer_id', 'reference', 'customer_id') }},
  {{ field('email_token', 'text') }},
  {{ field_as('address.country', 'text', 'country') }},
  {{ field('currency', 'code') }},
  {{ field_as('created', 'epoch', 'created_at') }},
  {{ cdc_columns() }}
from {{ source('stripe', 'customers') }}
