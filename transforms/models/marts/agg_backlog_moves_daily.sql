-- Orders that came and orders that were done with on a business day, per channel. Days that a changed order has nothing
-- to do with are not looked at, however old it is.
with moves as (
  select
    order_date as move_date,
    channel,
    1 as opened_orders,
    ordered_quantity - cancelled_quantity - refunded_unshipped_quantity as opened_units,
    0 as closed_orders,
    0 as closed_units
  from {{ ref('fct_orders') }}
  where not is_test and ordered_quantity > 0 and {{ touched('order_date') }}
  union all
  select closed_date, channel, 0, 0, 1, ordered_quantity - cancelled_quantity - refunded_unshipped_quantity
  from {{ ref('fct_orders') }}
  where not is_test and ordered_quantity > 0 and closed_date is not null and {{ touched('closed_date') }}
)

select
  {{ hash_key(key_text('move_date', 'date'), 'channel') }} as backlog_move_key,
  move_date,
  channel,
  cast(sum(opened_orders) as bigint) as opened_orders,
  cast(sum(opened_units) as bigint) as opened_units,
  cast(sum(closed_orders) as bigint) as closed_orders,
  cast(sum(closed_units) as bigint) as closed_units
from moves
group by move_date, channel
