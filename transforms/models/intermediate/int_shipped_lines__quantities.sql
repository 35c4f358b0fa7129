-- One row a shipped line: units in a shipment that left and did not come to nothing.
select
  sl.shipment_line_id,
  sl.order_line_id,
  sl.quantity
from {{ ref('stg_shop__shipment_lines') }} as sl
join {{ ref('stg_shop__shipments') }} as s on s.shipment_id = sl.shipment_id
where s.status in ('shipped', 'delivered')
