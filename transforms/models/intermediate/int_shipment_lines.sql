-- What was packed into which shipment. Marts read no staging: a further source is added here, once.
select shipment_line_id, shipment_id, order_line_id, quantity from {{ ref('stg_shop__shipment_lines') }}
union all
select l.shipment_line_id, l.shipment_id, l.order_line_id, l.quantity
from (select * from {{ ref('stg_shopify__fulfillment_lines') }} where {{ touched({'order_id': 'order_id'}) }}) as l
left join (select order_id from {{ ref('stg_shop__orders') }} where {{ touched({'order_id': 'order_id'}) }}) as o
  on o.order_id = l.order_id
where o.order_id is null
