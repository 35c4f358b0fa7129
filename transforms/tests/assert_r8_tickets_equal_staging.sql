-- R8, staging to marts: a ticket stands in fct_support_tickets as the newest version that tells more than its deletion has
-- it, and is deleted where a deletion came after that. That it is there, once, is no_fan_out's to say.
{% set tickets = {
  'fct_support_tickets': 'ticket_id',
  'stg_zendesk__tickets': 'ticket_id',
} %}
with versions as (
  select
    v.*,
    row_number() over (partition by ticket_id order by _position desc, _ordinal desc) as age,
    row_number() over (
      partition by ticket_id order by case when _op = 'd' then 1 else 0 end, _position desc, _ordinal desc
    ) as choice
  from {{ ref('stg_zendesk__tickets') }} as v
  where {{ touched_in_run('ticket_id', tickets) }}
),

staged as (
  select
    ticket_id,
    max(case when age = 1 and _op = 'd' then 1 else 0 end) as is_deleted,
    max(case when choice = 1 and _op <> 'd' then status end) as status,
    max(case when choice = 1 and _op <> 'd' then priority end) as priority,
    max(case when choice = 1 and _op <> 'd' then via_channel end) as via_channel,
    max(case when choice = 1 and _op <> 'd' and first_tag <> '' then first_tag end) as topic,
    max(case when choice = 1 and _op <> 'd' then assignee_id end) as assignee_id,
    max(case when choice = 1 and _op <> 'd' then created_at end) as created_at
  from versions
  group by ticket_id
)

select s.ticket_id, s.is_deleted, s.status, m.status as mart_status, s.priority, m.priority as mart_priority,
  s.via_channel, m.via_channel as mart_via_channel, s.topic, m.topic as mart_topic, s.assignee_id,
  m.assignee_id as mart_assignee_id, s.created_at, m.created_at as mart_created_at
from staged as s
join (
  select * from {{ ref('fct_support_tickets') }} where {{ touched_in_run('ticket_id', tickets) }}
) as m on m.ticket_id = s.ticket_id
where case when s.is_deleted = 1 then 'deleted' else s.status end is distinct from m.status
  or s.priority is distinct from m.priority
  or s.via_channel is distinct from m.via_channel
  or s.topic is distinct from m.topic
  or s.assignee_id is distinct from m.assignee_id
  or s.created_at is distinct from m.created_at
