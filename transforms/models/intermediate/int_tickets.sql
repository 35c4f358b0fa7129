-- One row a ticket as the help desk has it now, of those that are recomputed. A ticket that was deleted keeps what was
-- last known of it: its last version holds nothing but its id.
{% set place = "_position || lpad(cast(_ordinal as varchar), 20, '0')" %}
with versions as (
  select
    v.*,
    {{ place }} as place,
    coalesce(v.status in ('solved', 'closed'), false) as is_solved
  from {{ ref('stg_zendesk__tickets') }} as v
  where {{ touched('ticket_id') }}
),

newest as (
  select
    ticket_id,
    max(place) as place,
    max(case when _op <> 'd' then place end) as known_place,
    max(case when _op <> 'd' and not is_solved then place end) as unsolved_place
  from versions
  group by ticket_id
),

-- when the help desk first showed it solved, since when it has been so: for tickets whose clocks say nothing
solved as (
  select v.ticket_id, min(v.updated_at) as solved_at
  from versions as v
  join newest as n on n.ticket_id = v.ticket_id
  where v._op <> 'd' and v.is_solved and v.place > coalesce(n.unsolved_place, '')
  group by v.ticket_id
),

-- the first of the deletions in a row: an export repeats a deletion when the texts are scrubbed
deleted as (
  select v.ticket_id, min(v._committed_at) as deleted_at
  from versions as v
  join newest as n on n.ticket_id = v.ticket_id
  where v._op = 'd' and v.place > coalesce(n.known_place, '')
  group by v.ticket_id
)

select
  n.ticket_id,
  k.order_id,
  k.requester_id,
  k.assignee_id,
  k.via_channel,
  k.priority,
  k.status,
  coalesce(k.is_solved, false) as is_solved,
  case when k.first_tag <> '' then k.first_tag end as topic,
  k.subject,
  k.satisfaction_score,
  k.created_at,
  k.updated_at,
  s.solved_at,
  d.deleted_at,
  d.ticket_id is not null as is_deleted
from newest as n
left join versions as k on k.ticket_id = n.ticket_id and k.place = n.known_place
left join solved as s on s.ticket_id = n.ticket_id
left join deleted as d on d.ticket_id = n.ticket_id
