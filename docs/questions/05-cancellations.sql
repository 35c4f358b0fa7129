-- operations: How many orders are cancelled, and had we been paid?
-- By channel, over all orders that were placed and are no tests: those that are cancelled as a whole, and of these the ones
-- of which no money was ever captured, and the ones of which some was, whatever was given back since. The rate is of all
-- orders placed. An order of which some units were cancelled goes on, and is not counted as cancelled.
with orders as (
  select
    channel,
    case when cancelled_at is not null or order_status = 'cancelled' then 1 else 0 end as is_cancelled,
    case when paid_at is not null then 1 else 0 end as was_paid
  from marts.fct_orders
  where not is_test
)

select
  channel,
  count(*) as orders,
  sum(is_cancelled) as cancelled,
  sum(is_cancelled * (1 - was_paid)) as cancelled_unpaid,
  sum(is_cancelled * was_paid) as cancelled_paid,
  round(1.0 * sum(is_cancelled) / count(*), 4) as cancellation_rate
from orders
group by channel
order by channel
