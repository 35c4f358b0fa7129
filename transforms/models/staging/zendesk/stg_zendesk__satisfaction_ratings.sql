select
  {{ field_as('id', 'bigint', 'rating_id') }},
  {{ field('ticket_id', 'bigint') }},
  {{ field('score', 'text') }},
  {{ field('created_at', 'timestamp') }},
  {{ field('updated_at', 'timestamp') }},
  {{ cdc_columns() }}
from {{ source('zendesk', 'satisfaction_ratings') }}
