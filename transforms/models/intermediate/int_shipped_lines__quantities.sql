-- One row a shipped line: units in a shipment that left and did not come to nothing; only those that are recomputed.
select
  sl.shipment_line_id,
  sl.order_line_id,
  sl.quantity
from (
  select * from {{ ref('stg_shop__shipment_lines') }} where {{ touched({'order_line_id': 'order_line_id'}) }}
) as sl
join {{ ref('stg_shop__shipments') }} as s on s.shipment_id = sl.shipment_id
where s.status in ('shipped', 'delivered')
