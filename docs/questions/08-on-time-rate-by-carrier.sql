-- operations: Which carriers deliver on time?
-- Of the parcels that arrived by their promised day's end or later, the share that was not later than promised.
-- Parcels without a promise, and those still on their way, are in no denominator.
select
  carrier,
  count(*) as delivered,
  sum(case when delivered_at <= promised_at then 1 else 0 end) as on_time,
  round(1.0 * sum(case when delivered_at <= promised_at then 1 else 0 end) / count(*), 4) as on_time_rate
from marts.fct_shipments
where not is_test and delivered_at is not null and promised_at is not null
group by carrier
order by carrier
