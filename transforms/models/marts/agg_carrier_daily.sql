-- Shipments by the business day on which they left and by carrier, with the denominators of every rate.
with shipments as (
  select
    shipped_date,
    carrier,
    carrier_key,
    quantity,
    promised_at,
    delivered_at,
    is_late,
    case when delivered_at >= shipped_at then {{ date_diff('minute', 'shipped_at', 'delivered_at') }} end
      as minutes_to_deliver
  from {{ ref('fct_shipments') }}
  where not is_test and status in ('shipped', 'delivered', 'returned') and {{ touched('shipped_date') }}
)

select
  {{ hash_key(key_text('shipped_date', 'date'), 'carrier') }} as carrier_day_key,
  shipped_date,
  carrier_key,
  carrier,
  cast(count(*) as bigint) as shipments,
  cast(sum(quantity) as bigint) as shipped_units,
  cast(count(delivered_at) as bigint) as delivered_shipments,
  cast(sum(case when delivered_at is not null and promised_at is not null then 1 else 0 end) as bigint)
    as promised_deliveries,
  cast(sum(case when is_late then 1 else 0 end) as bigint) as late_deliveries,
  cast(sum(case when delivered_at is not null and promised_at is not null and not is_late then 1 else 0 end) as bigint)
    as on_time_deliveries,
  cast(count(minutes_to_deliver) as bigint) as timed_deliveries,
  cast(coalesce(sum(minutes_to_deliver), 0) as bigint) as minutes_to_deliver
from shipments
where shipped_date is not null
group by shipped_date, carrier, carrier_key
