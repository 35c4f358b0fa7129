-- operations: Which carriers deliver on time?
-- By carrier: parcels that arrived, those of them that had been promised for a time, and those that arrived by then. The rate
-- is of the promised ones that arrived; a parcel that is still on its way is in none of the numbers, though it may be late
-- by now: the question of what is late lists it. Without parcels of test orders.
select
  coalesce(carrier, 'Unknown') as carrier,
  count(*) as delivered,
  count(promised_at) as promised,
  sum(case when delivered_at <= promised_at then 1 else 0 end) as on_time,
  round(1.0 * sum(case when delivered_at <= promised_at then 1 else 0 end) / nullif(count(promised_at), 0), 4)
    as on_time_rate
from marts.fct_shipments
where not is_test and delivered_at is not null
group by 1
order by 1
