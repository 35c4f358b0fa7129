-- One row a cancelled line; only those that are recomputed, by line or by event group: the order, or minus the
-- cancellation where it names no order.
select
  cl.cancellation_line_id,
  cl.order_line_id,
  cl.product_id,
  cl.quantity,
  c.cancellation_id,
  c.order_id,
  coalesce(c.order_id, -c.cancellation_id) as event_group_id,
  c.customer_id,
  c.channel,
  c.currency,
  c.before_capture,
  c.cancelled_at,
  {{ minor('cl.quantity * cl.unit_price') }} as gross_minor,
  {{ minor('cl.discount_amount') }} as discount_minor
from (
  select * from {{ ref('stg_shop__cancellation_lines') }} where {{ touched({'order_line_id': 'order_line_id'}) }}
) as cl
join (
  select * from {{ ref('stg_shop__cancellations') }}
  where {{ touched({'event_group_id': 'coalesce(order_id, -cancellation_id)'}) }}
) as c on c.cancellation_id = cl.cancellation_id
