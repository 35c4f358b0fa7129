-- The help desk by business day, with the tickets still open at its end: of all days before, however far back.
select
  support_move_key as support_day_key,
  {{ hash_key('via_channel') }} as balance_key,
  move_date as date_day,
  via_channel,
  opened_tickets,
  solved_tickets,
  deleted_tickets,
  first_replies,
  first_reply_minutes,
  timed_solutions,
  resolution_minutes,
  good_ratings,
  bad_ratings,
  cast(
    sum(opened_tickets - solved_tickets - deleted_tickets) over (
      partition by via_channel order by move_date rows unbounded preceding
    ) as bigint
  ) as backlog_tickets
from {{ ref('agg_support_moves_daily') }}
where {{ touched(hash_key('via_channel')) }}
