-- What happened to tickets on a business day, by the way they came in.
with moves as (
  select
    created_date as move_date, via_channel, 1 as opened_tickets, 0 as solved_tickets, 0 as deleted_tickets,
    0 as first_replies, 0 as first_reply_minutes, 0 as timed_solutions, 0 as resolution_minutes, 0 as good_ratings,
    0 as bad_ratings
  from {{ ref('fct_support_tickets') }}
  where {{ touched('created_date') }}
  union all
  select solved_date, via_channel, 0, 1, 0, 0, 0, case when resolution_minutes is not null then 1 else 0 end,
    coalesce(resolution_minutes, 0), case when satisfaction_score = 'good' then 1 else 0 end,
    case when satisfaction_score = 'bad' then 1 else 0 end
  from {{ ref('fct_support_tickets') }}
  where solved_date is not null and {{ touched('solved_date') }}
  union all
  -- deleted unsolved: gone from the backlog without a solution
  select deleted_date, via_channel, 0, 0, 1, 0, 0, 0, 0, 0, 0
  from {{ ref('fct_support_tickets') }}
  where deleted_date is not null and solved_date is null and created_date is not null
    and {{ touched('deleted_date') }}
  union all
  select first_reply_date, via_channel, 0, 0, 0, 1, first_reply_minutes, 0, 0, 0, 0
  from {{ ref('fct_support_tickets') }}
  where first_reply_minutes is not null and {{ touched('first_reply_date') }}
)

select
  {{ hash_key(key_text('move_date', 'date'), 'via_channel') }} as support_move_key,
  move_date,
  via_channel,
  cast(sum(opened_tickets) as bigint) as opened_tickets,
  cast(sum(solved_tickets) as bigint) as solved_tickets,
  cast(sum(deleted_tickets) as bigint) as deleted_tickets,
  cast(sum(first_replies) as bigint) as first_replies,
  cast(sum(first_reply_minutes) as bigint) as first_reply_minutes,
  cast(sum(timed_solutions) as bigint) as timed_solutions,
  cast(sum(resolution_minutes) as bigint) as resolution_minutes,
  cast(sum(good_ratings) as bigint) as good_ratings,
  cast(sum(bad_ratings) as bigint) as bad_ratings
from moves
where move_date is not null
group by move_date, via_channel
