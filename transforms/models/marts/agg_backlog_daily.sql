-- Open orders at the end of a business day per channel. The balance is that of all days before, however far back: a
-- channel is made anew whole, of its few daily moves. Every day from the first move to the last has its row.
with moves as (
  select * from {{ ref('agg_backlog_moves_daily') }}
  where {{ touched(hash_key('channel')) }}
),

channels as (
  select channel, min(move_date) as first_date, max(move_date) as last_date
  from moves
  group by channel
),

-- the calendar's days, and those beyond it that a wrong clock made
days as (
  select c.channel, d.date_day
  from channels as c
  join {{ ref('dim_date') }} as d on d.date_day between c.first_date and c.last_date
  union
  select channel, move_date from moves
),

balances as (
  select
    d.date_day,
    d.channel,
    coalesce(m.opened_orders, 0) as opened_orders,
    coalesce(m.closed_orders, 0) as closed_orders,
    sum(coalesce(m.opened_orders, 0) - coalesce(m.closed_orders, 0)) over (
      partition by d.channel order by d.date_day rows unbounded preceding
    ) as open_orders,
    sum(coalesce(m.opened_units, 0) - coalesce(m.closed_units, 0)) over (
      partition by d.channel order by d.date_day rows unbounded preceding
    ) as open_units
  from days as d
  left join moves as m on m.move_date = d.date_day and {{ equal_null('m.channel', 'd.channel') }}
)

select
  {{ hash_key(key_text('date_day', 'date'), 'channel') }} as backlog_day_key,
  {{ hash_key('channel') }} as balance_key,
  date_day,
  channel,
  cast(opened_orders as bigint) as opened_orders,
  cast(closed_orders as bigint) as closed_orders,
  cast(open_orders as bigint) as open_orders,
  cast(open_units as bigint) as open_units
from balances
