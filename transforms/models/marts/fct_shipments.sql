-- Accumulating snapshot: one row a shipment, promised against actual.
select
  {{ hash_key('s.shipment_id') }} as shipment_key,
  s.source_system,
  s.shipment_id,
  case when o.order_id is null then -1 else {{ hash_key('s.order_id') }} end as order_key,
  s.order_id,
  s.carrier,
  case when s.carrier is null then -1 else {{ hash_key('s.carrier') }} end as carrier_key,
  s.status,
  coalesce(o.channel, 'Unknown') as channel,
  coalesce(o.country, 'Unknown') as country,
  coalesce(o.currency, 'XXX') as currency,
  coalesce(o.is_test, false) as is_test,
  cast(coalesce(l.quantity, 0) as bigint) as quantity,
  s.promised_at,
  s.shipped_at,
  s.delivered_at,
  coalesce(s.delivered_at > s.promised_at, false) as is_late,
  {{ hours_between('s.shipped_at', 's.delivered_at') }} as hours_to_deliver,
  {{ business_date('s.shipped_at') }} as shipped_date,
  {{ business_date('coalesce(o.placed_at, s.shipped_at, s.promised_at)') }} as order_date
from (select * from {{ ref('int_shipments') }} where {{ touched('order_id') }}) as s
left join (select * from {{ ref('int_orders') }} where {{ touched('order_id') }}) as o on o.order_id = s.order_id
left join (
  select shipment_id, sum(quantity) as quantity
  from {{ ref('int_shipment_lines') }}
  where shipment_id in (select shipment_id from {{ ref('int_shipments') }} where {{ touched('order_id') }})
  group by shipment_id
) as l on l.shipment_id = s.shipment_id
