select
  {{ field_as('id', 'gid', 'customer_id') }},
  {{ field_as('defaultEmailAddress.emailAddress_token', 'text', 'email_token') }},
  {{ field_as('defaultAddress.countryCodeV2', 'text', 'country') }},
  {{ field('state', 'text') }},
  {{ field_as('createdAt', 'timestamp', 'created_at') }},
  {{ field_as('updatedAt', 'timestamp', 'updated_at') }},
  {{ cdc_columns() }}
from {{ source('shopify', 'customers') }}
