-- operations: How long do customers wait for their parcel to leave, and to arrive?
-- Hours by channel, on average, over orders from which something was sent: from order to first parcel, and from the first
-- parcel to the last arrival. An order that is still on its way is in the first average only.
select
  channel,
  count(*) as orders_with_parcels,
  round(avg(hours_to_ship), 2) as hours_to_ship,
  count(hours_to_deliver) as orders_delivered,
  round(avg(hours_to_deliver), 2) as hours_to_deliver
from marts.fct_orders
where first_shipped_at is not null and not is_test
group by channel
order by channel
