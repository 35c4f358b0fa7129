select
  {{ field_as('id', 'bigint', 'ticket_id') }},
  {{ field_as('external_id', 'reference', 'order_id') }},
  {{ field('requester_id', 'bigint') }},
  {{ field('assignee_id', 'bigint') }},
  {{ field('organization_id', 'bigint') }},
  {{ field_as('via.channel', 'text', 'via_channel') }},
  {{ field_as('type', 'text', 'ticket_type') }},
  {{ field('priority', 'text') }},
  {{ field('status', 'text') }},
  {{ field('subject', 'text') }},
  {{ field_as('tags[0]', 'text', 'first_tag') }},
  {{ field_as('satisfaction_rating.score', 'text', 'satisfaction_score') }},
  {{ field('created_at', 'timestamp') }},
  {{ field('updated_at', 'timestamp') }},
  {{ cdc_columns() }}
from {{ source('zendesk', 'tickets') }}
