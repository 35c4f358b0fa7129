-- One row a ticket of those that are recomputed: what its clocks showed. A clock is started (activate), stopped (pause,
-- fulfill) and started again; events that the help desk has taken back do not count.
with events as (
  select
    ticket_id,
    metric,
    event_type,
    event_at,
    lead(event_at) over (partition by ticket_id, metric order by event_at, metric_event_id) as next_at
  from {{ ref('stg_zendesk__ticket_metric_events') }}
  where not coalesce(is_deleted, false) and event_type in ('activate', 'pause', 'fulfill')
    and {{ touched('ticket_id') }}
),

per_metric as (
  select
    ticket_id,
    metric,
    min(case when event_type = 'activate' then event_at end) as first_started_at,
    max(case when event_type = 'activate' then event_at end) as last_started_at,
    min(case when event_type = 'fulfill' then event_at end) as first_fulfilled_at,
    max(case when event_type = 'fulfill' then event_at end) as last_fulfilled_at,
    sum(case when event_type = 'fulfill' then 1 else 0 end) as fulfilled_count,
    -- the time in which it ran; one that still runs counts up to its last stop
    sum(case when event_type = 'activate' then {{ timestamp_to_epoch('next_at') }} - {{ timestamp_to_epoch('event_at') }} end)
      as running_seconds
  from events
  group by ticket_id, metric
),

-- the clock of the resolution, or that of the agents' work where the help desk keeps no other
resolution as (
  select
    p.*,
    row_number() over (
      partition by ticket_id order by case metric when 'resolution_time' then 1 else 2 end
    ) as choice
  from per_metric as p
  where metric in ('resolution_time', 'agent_work_time') and fulfilled_count > 0
)

select
  p.ticket_id,
  max(case when p.metric = 'reply_time' then p.first_started_at end) as asked_at,
  max(case when p.metric = 'reply_time' then p.first_fulfilled_at end) as first_reply_at,
  max(r.first_fulfilled_at) as first_solved_at,
  max(case when r.last_started_at > r.last_fulfilled_at then null else r.last_fulfilled_at end) as solved_at,
  coalesce(max(r.fulfilled_count), 0) as solved_count,
  max(case when r.last_started_at > r.last_fulfilled_at then 1 else 0 end) as open_again,
  max(case when p.metric = 'requester_wait_time' then p.running_seconds end) as requester_wait_seconds
from per_metric as p
left join resolution as r on r.ticket_id = p.ticket_id and r.choice = 1
group by p.ticket_id
