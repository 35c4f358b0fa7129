-- One row an order line with its order, amounts in minor units. Only lines that are recomputed, by line or by order:
-- engines do not push the restriction below a join. A line of the shop whose order has not come is kept, by its own
-- time, in the currency XXX (none); where Shopify has that order, the line is Shopify's to tell until then. A line that was
-- added to an order that had been placed is sold when it was added: the day of the order stays as it was.
select
  'shop' as source_system,
  l.order_line_id,
  l.order_id,
  l.line_no,
  l.product_id,
  cast(null as varchar) as line_kind,
  l.quantity,
  l.unit_price,
  o.order_number,
  o.customer_id,
  coalesce(o.channel, 'Unknown') as channel,
  coalesce(o.ship_country, 'Unknown') as country,
  coalesce(o.currency, 'XXX') as currency,
  coalesce(o.is_test, false) as is_test,
  o.status as order_status,
  coalesce(o.placed_at, l.created_at) as placed_at,
  case when l.created_at > o.placed_at then l.created_at else coalesce(o.placed_at, l.created_at) end as sold_at,
  {{ business_date('coalesce(o.placed_at, l.created_at)') }} as order_date,
  {{ minor('l.quantity * l.unit_price', 'o.currency') }} as gross_minor,
  {{ minor('l.discount_amount', 'o.currency') }} as discount_minor,
  {{ minor('l.tax_amount', 'o.currency') }} as tax_minor,
  o.order_id is not null as has_order
from (
  select * from {{ ref('stg_shop__order_lines') }}
  where {{ touched({'order_line_id': 'order_line_id', 'event_group_id': 'order_id'}) }}
) as l
left join {{ ref('stg_shop__orders') }} as o on o.order_id = l.order_id
left join {{ ref('int_shopify_orders') }} as s on s.order_id = l.order_id
where o.order_id is not null or s.order_id is null
union all
select
  'shopify',
  l.order_line_id,
  l.order_id,
  l.line_no,
  l.product_id,
  case when l.is_gift_card then 'gift_card' else 'goods' end,
  l.quantity,
  l.unit_price,
  o.order_number,
  o.customer_id,
  o.channel,
  coalesce(o.ship_country, 'Unknown'),
  o.currency,
  o.is_test,
  o.status,
  o.placed_at,
  case when l.added_at > o.placed_at then l.added_at else o.placed_at end,
  {{ business_date('o.placed_at') }},
  l.gross_minor,
  l.discount_minor,
  l.tax_minor,
  true
from (
  select * from {{ ref('int_shopify_order_lines') }}
  where {{ touched({'order_line_id': 'order_line_id', 'event_group_id': 'order_id'}) }}
) as l
join {{ ref('int_shopify_orders') }} as o on o.order_id = l.order_id
