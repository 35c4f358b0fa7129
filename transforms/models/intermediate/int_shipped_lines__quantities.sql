-- One row a shipped line: units in a shipment that left and did not come to nothing; only those that are recomputed. One
-- branch a source, as engines push keys into joins, not unions.
select sl.shipment_line_id, sl.order_line_id, sl.quantity
from (
  select * from {{ ref('stg_shop__shipment_lines') }} where {{ touched({'order_line_id': 'order_line_id'}) }}
) as sl
join {{ ref('stg_shop__shipments') }} as s on s.shipment_id = sl.shipment_id
where s.status in ('shipped', 'delivered')
union all
select sl.shipment_line_id, sl.order_line_id, sl.quantity
from (
  select * from {{ ref('stg_shopify__fulfillment_lines') }} where {{ touched({'order_line_id': 'order_line_id'}) }}
) as sl
join {{ ref('stg_shopify__fulfillments') }} as s on s.shipment_id = sl.shipment_id
join {{ ref('int_shopify_orders') }} as o on o.order_id = sl.order_id
where s.status = 'SUCCESS'
