-- One row a ticket of the help desk, deleted ones too. Times are the clocks' where they say anything: times of the wall,
-- without opening hours. UTC has no summer time, so that a minute is a minute on every day.
{# Whole minutes that passed; NULL where the second comes first. #}
{% macro whole_minutes(from_at, to_at) -%}
case when {{ to_at }} >= {{ from_at }}
    then cast(floor(({{ timestamp_to_epoch(to_at) }} - {{ timestamp_to_epoch(from_at) }}) / 60.0) as bigint) end
{%- endmacro %}
with tickets as (
  select
    t.*,
    c.asked_at,
    c.first_reply_at,
    c.first_solved_at,
    case when t.is_solved then coalesce(c.solved_at, t.solved_at) end as last_solved_at,
    coalesce(c.solved_count, 0) as solved_count,
    coalesce(c.open_again, 0) as open_again,
    c.requester_wait_seconds,
    coalesce(r.score, t.satisfaction_score) as score,
    u.customer_id as requester_customer_id,
    u.person_id as requester_person_id
  from {{ ref('int_tickets') }} as t
  left join {{ ref('int_ticket_clocks') }} as c on c.ticket_id = t.ticket_id
  left join {{ ref('int_ticket_ratings') }} as r on r.ticket_id = t.ticket_id
  left join {{ ref('int_ticket_requesters') }} as u on u.user_id = t.requester_id
)

select
  {{ hash_key("'zendesk'", 't.ticket_id') }} as ticket_key,
  t.ticket_id,
  'zendesk' as source_system,
  case when t.order_id is null then -2 when o.order_key is null then -1 else o.order_key end as order_key,
  t.order_id,
  coalesce(case when o.customer_key <> -1 then o.customer_key end, cu.customer_key, -1) as customer_key,
  coalesce(case when o.customer_key <> -1 then o.customer_durable_key end, cu.customer_durable_key, -1)
    as customer_durable_key,
  coalesce(
    case when o.customer_key <> -1 then o.person_key end,
    case when t.requester_person_id is not null then {{ hash_key('t.requester_person_id') }} end,
    -1
  ) as person_key,
  case when t.is_deleted then 'deleted' else t.status end as status,
  t.priority,
  t.via_channel,
  t.topic,
  t.assignee_id,
  t.created_at,
  t.first_reply_at,
  t.first_solved_at,
  t.last_solved_at as solved_at,
  t.deleted_at,
  {{ whole_minutes('coalesce(t.asked_at, t.created_at)', 't.first_reply_at') }} as first_reply_minutes,
  {{ whole_minutes('t.created_at', 't.first_solved_at') }} as first_resolution_minutes,
  {{ whole_minutes('t.created_at', 't.last_solved_at') }} as resolution_minutes,
  cast(floor(t.requester_wait_seconds / 60.0) as bigint) as requester_wait_minutes,
  case
    when t.score in ('good', 'good_with_comment', 'good_without_comment') then 'good'
    when t.score in ('bad', 'bad_with_comment', 'bad_without_comment') then 'bad'
    when t.score = 'offered' then 'offered'
  end as satisfaction_score,
  t.solved_count > 1 or t.open_again = 1 as is_reopened,
  t.is_deleted,
  coalesce(t.subject = 'SCRUBBED', false) as is_scrubbed,
  coalesce(t.first_reply_at < coalesce(t.asked_at, t.created_at) or t.last_solved_at < t.created_at, false)
    as is_clock_wrong,
  {{ business_date('t.created_at') }} as created_date,
  {{ business_date('t.first_reply_at') }} as first_reply_date,
  {{ business_date('t.last_solved_at') }} as solved_date,
  {{ business_date('t.deleted_at') }} as deleted_date
from tickets as t
left join (
  select order_id, order_key, customer_key, customer_durable_key, person_key
  from {{ ref('fct_orders') }}
  where order_id in (select order_id from tickets)
) as o on o.order_id = t.order_id
{{ asof_join(ref('dim_customer'), 'cu', 'cu.customer_id = t.requester_customer_id', 't.created_at') }}
