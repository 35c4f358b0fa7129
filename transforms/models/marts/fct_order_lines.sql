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
  l.source_system,
  l.order_line_id,
  case when l.has_order then {{ hash_key('l.order_id') }} else -1 end as order_key,
  l.order_id,
  l.order_number,
  l.line_no,
  coalesce(l.line_kind, p.kind, 'goods') as line_kind,
  coalesce(cu.customer_key, -1) as customer_key,
  coalesce(cu.customer_durable_key, -1) as customer_durable_key,
  coalesce(cu.person_key, -1) as person_key,
  coalesce(p.product_key, -1) as product_key,
  coalesce(p.product_durable_key, -1) as product_durable_key,
  case
    when p.product_key is null then -1
    when p.seller_id is null then -2
    else coalesce(se.seller_key, -1)
  end as seller_key,
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
  -- the shop's share, at the rate of the day of the sale
  cast(coalesce(round(cast(l.gross_minor - l.discount_minor - coalesce(c.amount_minor, 0) - coalesce(r.amount_minor, 0)
    as decimal(18, 0)) * se.commission_rate, 0), 0) as bigint) as commission_minor,
  l.placed_at,
  l.order_date
from {{ ref('int_order_lines__amounts') }} as l
{{ asof_join(ref('dim_product'), 'p', 'p.product_id = l.product_id', 'l.placed_at') }}
{{ asof_join(ref('dim_seller'), 'se', 'se.seller_id = p.seller_id', 'l.placed_at') }}
{{ asof_join(ref('dim_customer'), 'cu', 'cu.customer_id = l.customer_id', 'l.placed_at') }}
left join cancelled as c on c.order_line_id = l.order_line_id
left join refunded as r on r.order_line_id = l.order_line_id
left join shipped as s on s.order_line_id = l.order_line_id
