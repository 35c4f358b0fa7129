-- operations: Which orders are late right now?
-- Parcels promised for before now that have not arrived, the longest wait first; as of the newest change of an order that is known.
with known as (
  select max(updated_at) as at from marts.fct_orders
)

select
  o.order_number,
  o.order_id,
  s.carrier,
  s.status,
  s.promised_at,
  s.shipped_at,
  datediff('day', s.promised_at, k.at) as days_late
from marts.fct_shipments as s
join marts.fct_orders as o on o.order_key = s.order_key
cross join known as k
where s.delivered_at is null and s.status not in ('cancelled', 'returned') and s.promised_at < k.at and not o.is_test
order by s.promised_at, o.order_id
