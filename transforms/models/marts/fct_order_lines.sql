-- Order lines in their current state, for operations. Recomputed line by line: what is cancelled, refunded or shipped
-- names a line, and in real data not always one of its own order.
with cancelled as (
  select order_line_id, sum(quantity) as quantity, sum(gross_minor - discount_minor) as amount_minor
  from {{ ref('int_cancellation_lines__amounts') }} as c
  group by order_line_id
),

refunded as (
  select order_line_id, sum(quantity) as quantity, sum(goods_minor) as amount_minor
  from {{ ref('int_refund_lines__amounts') }} as r
  group by order_line_id
),

shipped as (
  select order_line_id, sum(quantity) as quantity
  from {{ ref('int_shipped_lines__quantities') }} as s
  group by order_line_id
)

select
  {{ hash_key('l.order_line_id') }} as order_line_key,
  l.order_line_id,
  {{ hash_key('l.order_id') }} as order_key,
  l.order_id,
  l.order_number,
  l.line_no,
  p.kind as line_kind,
  coalesce(cu.customer_key, -1) as customer_key,
  coalesce(cu.customer_durable_key, -1) as customer_durable_key,
  p.product_key,
  p.product_durable_key,
  l.channel,
  l.country,
  l.currency,
  l.is_test,
  l.order_status,
  l.quantity,
  cast(coalesce(c.quantity, 0) as bigint) as cancelled_quantity,
  cast(coalesce(r.quantity, 0) as bigint) as refunded_quantity,
  cast(coalesce(s.quantity, 0) as bigint) as shipped_quantity,
  l.unit_price,
  l.gross_minor,
  l.discount_minor,
  l.tax_minor,
  cast(coalesce(c.amount_minor, 0) as bigint) as cancelled_minor,
  cast(coalesce(r.amount_minor, 0) as bigint) as refunded_minor,
  cast(l.gross_minor - l.discount_minor - coalesce(c.amount_minor, 0) - coalesce(r.amount_minor, 0) as bigint)
    as net_minor,
  l.placed_at,
  l.order_date
from {{ ref('int_order_lines__amounts') }} as l
{{ asof_join(ref('dim_product'), 'p', 'p.product_id = l.product_id', 'l.placed_at') }}
{{ asof_join(ref('dim_customer'), 'cu', 'cu.customer_id = l.customer_id', 'l.placed_at') }}
left join cancelled as c on c.order_line_id = l.order_line_id
left join refunded as r on r.order_line_id = l.order_line_id
left join shipped as s on s.order_line_id = l.order_line_id
