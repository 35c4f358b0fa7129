-- operations: How many orders are cancelled, and had we been paid?
-- By channel: orders placed, those cancelled before the money was taken, and those for which it had to be given back.
select
  channel,
  count(*) as orders,
  sum(case when cancelled_at is not null and paid_minor = 0 then 1 else 0 end) as cancelled_unpaid,
  sum(case when cancelled_at is not null and paid_minor > 0 then 1 else 0 end) as cancelled_after_payment,
  round(1.0 * count(cancelled_at) / count(*), 4) as cancellation_rate
from marts.fct_orders
where not is_test
group by channel
order by channel
