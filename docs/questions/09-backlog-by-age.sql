-- operations: How old are the orders that still have to leave?
-- Paid orders with goods left to send, by whole days since they were placed; as of the newest change of an order that is known.
with known as (
  select max(updated_at) as at from marts.fct_orders
),

open_orders as (
  select
    datediff('day', o.placed_at, k.at) as days_old,
    o.ordered_quantity - o.cancelled_quantity - o.refunded_unshipped_quantity - o.shipped_quantity as open_quantity
  from marts.fct_orders as o
  cross join known as k
  where not o.is_test and o.paid_at is not null and o.cancelled_at is null and o.order_status <> 'cancelled' and not o.is_fulfilled
)

select
  case
    when days_old < 1 then '0 today'
    when days_old < 3 then '1 one or two days'
    when days_old < 7 then '2 up to a week'
    else '3 a week and more'
  end as age,
  count(*) as orders,
  sum(open_quantity) as units
from open_orders
where open_quantity > 0
group by 1
order by 1
