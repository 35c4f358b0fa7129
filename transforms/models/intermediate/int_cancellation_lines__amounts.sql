-- One row a cancelled line; only those that are recomputed, by line or by event group: the order, or minus the
-- cancellation where it names no order.
select
  'shop' as source_system,
  cl.cancellation_line_id,
  cl.order_line_id,
  cl.product_id,
  cast(null as varchar) as line_kind,
  cl.quantity,
  c.order_id,
  coalesce(c.order_id, -c.cancellation_id) as event_group_id,
  c.customer_id,
  c.channel,
  c.currency,
  c.before_capture,
  c.cancelled_at,
  {{ minor('cl.quantity * cl.unit_price', 'c.currency') }} as gross_minor,
  {{ minor('cl.discount_amount', 'c.currency') }} as discount_minor
from (
  select * from {{ ref('stg_shop__cancellation_lines') }} where {{ touched({'order_line_id': 'order_line_id'}) }}
) as cl
join (
  select * from {{ ref('stg_shop__cancellations') }}
  where {{ touched({'event_group_id': 'coalesce(order_id, -cancellation_id)'}) }}
) as c on c.cancellation_id = cl.cancellation_id
union all
select
  'shopify',
  c.cancellation_line_id,
  c.order_line_id,
  c.product_id,
  case when c.is_gift_card then 'gift_card' else 'goods' end,
  c.quantity,
  c.order_id,
  c.order_id,
  o.customer_id,
  o.channel,
  o.currency,
  c.before_capture,
  c.cancelled_at,
  c.gross_minor,
  c.discount_minor
from (
  select * from {{ ref('int_shopify_cancellation_lines') }}
  where {{ touched({'order_line_id': 'order_line_id', 'event_group_id': 'order_id'}) }}
) as c
join {{ ref('int_shopify_orders') }} as o on o.order_id = c.order_id
