-- Accumulating snapshot: one row a shipment, promised against actual.
select
  {{ hash_key('s.shipment_id') }} as shipment_key,
  s.shipment_id,
  {{ hash_key('s.order_id') }} as order_key,
  s.order_id,
  s.carrier,
  s.status,
  o.channel,
  o.is_test,
  cast(coalesce(l.quantity, 0) as bigint) as quantity,
  s.promised_at,
  s.shipped_at,
  s.delivered_at,
  coalesce(s.delivered_at > s.promised_at, false) as is_late,
  {{ hours_between('s.shipped_at', 's.delivered_at') }} as hours_to_deliver,
  {{ business_date('s.shipped_at') }} as shipped_date
from (select * from {{ ref('int_shipments') }} where {{ touched('order_id') }}) as s
join {{ ref('int_orders') }} as o on o.order_id = s.order_id
left join (
  select shipment_id, sum(quantity) as quantity
  from {{ ref('int_shipment_lines') }}
  where shipment_id in (select shipment_id from {{ ref('int_shipments') }} where {{ touched('order_id') }})
  group by shipment_id
) as l on l.shipment_id = s.shipment_id
