-- One row an order line that was sent: units in shipments that left and did not come to nothing.
select
  sl.order_line_id,
  s.order_id,
  sum(sl.quantity) as shipped_quantity
from {{ ref('stg_shop__shipment_lines') }} as sl
join {{ ref('stg_shop__shipments') }} as s on s.shipment_id = sl.shipment_id
where s.status in ('shipped', 'delivered') and {{ touched('s.order_id') }}
group by sl.order_line_id, s.order_id
