-- One row a channel that orders and cancellations name.
with used as (
  select channel from {{ ref('fct_orders') }} where {{ touched('channel') }}
  union
  select channel from {{ ref('int_cancellations') }} where {{ touched('channel') }}
)

select
  {{ hash_key('u.channel') }} as channel_key,
  u.channel,
  false as is_standing
from used as u
where u.channel is not null and u.channel not in (select s.channel from {{ standing_members('channel') }} as s)
union all
select
  m.member_key,
  m.channel,
  true
from {{ standing_members('channel') }} as m
where {{ touched('m.channel') }}
