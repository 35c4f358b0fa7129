select
  {{ field_as('id', 'bigint', 'user_id') }},
  {{ field_as('external_id', 'reference', 'customer_id') }},
  {{ field('email_token', 'text') }},
  {{ field('role', 'text') }},
  {{ field_as('active', 'boolean', 'is_active') }},
  {{ field('organization_id', 'bigint') }},
  {{ field('created_at', 'timestamp') }},
  {{ field('updated_at', 'timestamp') }},
  {{ cdc_columns() }}
from {{ source('zendesk', 'users') }}
