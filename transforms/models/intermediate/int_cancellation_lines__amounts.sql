-- One row a cancelled line. event_group_id is the order, or minus the cancellation where it names no order.
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
from {{ ref('stg_shop__cancellation_lines') }} as cl
join {{ ref('stg_shop__cancellations') }} as c on c.cancellation_id = cl.cancellation_id
