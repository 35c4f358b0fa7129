select
  {{ field_as('id', 'bigint', 'metric_event_id') }},
  {{ field('ticket_id', 'bigint') }},
  {{ field('metric', 'text') }},
  {{ field('instance_id', 'bigint') }},
  {{ field_as('type', 'text', 'event_type') }},
  {{ field_as('time', 'timestamp', 'event_at') }},
  {{ field_as('deleted', 'boolean', 'is_deleted') }},
  {{ cdc_columns() }}
from {{ source('zendesk', 'ticket_metric_events') }}
