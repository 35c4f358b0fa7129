-- One row an order line with its order, amounts in minor units. Only lines that are recomputed, by line or by order:
-- engines do not push the restriction below a join.
select
  l.order_line_id,
  l.order_id,
  l.line_no,
  l.product_id,
  l.quantity,
  l.unit_price,
  o.order_number,
  o.customer_id,
  o.channel,
  coalesce(o.ship_country, 'Unknown') as country,
  o.currency,
  o.is_test,
  o.status as order_status,
  o.placed_at,
  {{ business_date('o.placed_at') }} as order_date,
  {{ minor('l.quantity * l.unit_price') }} as gross_minor,
  {{ minor('l.discount_amount') }} as discount_minor,
  {{ minor('l.tax_amount') }} as tax_minor
from (
  select * from {{ ref('stg_shop__order_lines') }}
  where {{ touched({'order_line_id': 'order_line_id', 'event_group_id': 'order_id'}) }}
) as l
join {{ ref('stg_shop__orders') }} as o on o.order_id = l.order_id
