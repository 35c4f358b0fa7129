-- One economic event x order line, signed and additive: nothing that happened later ever changes a past day.
with lines as (
  select l.*, p.product_key, p.product_durable_key, p.kind as line_kind
  from {{ ref('int_order_lines__amounts') }} as l
  {{ asof_join(ref('dim_product'), 'p', 'p.product_id = l.product_id', 'l.placed_at') }}
),

cancelled as (
  select c.*, p.product_key, p.product_durable_key, p.kind as line_kind
  from {{ ref('int_cancellation_lines__amounts') }} as c
  {{ asof_join(ref('dim_product'), 'p', 'p.product_id = c.product_id', 'c.cancelled_at') }}
),

-- A refunded line may have moved to another order since: its product is looked up by the line, not by the order.
refund_lines as (
  select r.*, p.product_key, p.product_durable_key
  from {{ ref('int_refund_lines__amounts') }} as r
  left join {{ ref('int_order_lines') }} as l on l.order_line_id = r.order_line_id
  left join {{ ref('int_orders') }} as o on o.order_id = l.order_id
  {{ asof_join(ref('dim_product'), 'p', 'p.product_id = l.product_id', 'o.placed_at') }}
),

refunds as (
  select
    r.refund_id,
    r.order_id,
    r.refunded_at,
    {{ minor('r.amount') }} as amount_minor,
    {{ minor('r.shipping_amount') }} as shipping_minor,
    coalesce(sum(l.goods_minor + l.tax_minor), 0) as lines_minor
  from (select * from {{ ref('int_refunds') }} where {{ touched('order_id') }}) as r
  left join refund_lines as l on l.refund_id = r.refund_id
  group by r.refund_id, r.order_id, r.refunded_at, r.amount, r.shipping_amount
),

orders as (
  select * from {{ ref('int_orders') }} as o
  where {{ touched('o.order_id') }}
),

-- event_type, its source row, the line it belongs to, when, how many, how much
events as (
  -- the line kind says what a line is: goods are sold, the rest is what shops put on invoices beside them
  select
    case line_kind when 'goods' then 'sale' when 'gift_card' then 'gift_card_sale' else line_kind end as event_type,
    'line' as source_kind, order_line_id as source_id,
    order_id as event_group_id, order_id, order_line_id, product_key, product_durable_key,
    cast(quantity as bigint) as quantity, gross_minor as amount_minor, placed_at as event_at
  from lines
  union all
  select 'discount', 'line', order_line_id, order_id, order_id, order_line_id, product_key, product_durable_key,
    0, -discount_minor, placed_at
  from lines where discount_minor <> 0
  union all
  select 'tax', 'line', order_line_id, order_id, order_id, order_line_id, product_key, product_durable_key,
    0, tax_minor, placed_at
  from lines where tax_minor <> 0
  union all
  select 'shipping', 'order', order_id, order_id, order_id, null, null, null,
    0, {{ minor('shipping_amount') }}, placed_at
  from orders where shipping_amount <> 0
  union all
  select
    case
      when line_kind = 'gift_card' then 'gift_card_cancellation'
      when line_kind <> 'goods' then line_kind
      when before_capture then 'void'
      else 'cancellation'
    end,
    'cancellation_line', cancellation_line_id, event_group_id, order_id, order_line_id, product_key,
    product_durable_key, -quantity, -gross_minor, cancelled_at
  from cancelled
  union all
  select case when before_capture then 'void_discount' else 'cancellation_discount' end,
    'cancellation_line', cancellation_line_id, event_group_id, order_id, order_line_id, product_key,
    product_durable_key, 0, discount_minor, cancelled_at
  from cancelled where discount_minor <> 0
  union all
  select 'refund', 'refund_line', l.refund_line_id, l.order_id, l.order_id, l.order_line_id, l.product_key,
    l.product_durable_key, -l.quantity, -l.goods_minor, l.refunded_at
  from refund_lines as l
  union all
  select 'refund_tax', 'refund_line', l.refund_line_id, l.order_id, l.order_id, l.order_line_id, l.product_key,
    l.product_durable_key, 0, -l.tax_minor, l.refunded_at
  from refund_lines as l
  where l.tax_minor <> 0
  union all
  select 'refund_shipping', 'refund', refund_id, order_id, order_id, null, null, null,
    0, -shipping_minor, refunded_at
  from refunds where shipping_minor <> 0
  union all
  -- whatever the parts leave: cash without goods, so that the parts of a refund always add up to it
  select 'refund_cash', 'refund', refund_id, order_id, order_id, null, null, null,
    0, -(amount_minor - shipping_minor - lines_minor), refunded_at
  from refunds where amount_minor - shipping_minor - lines_minor <> 0
),

headers as (
  select order_id as event_group_id, customer_id, channel, coalesce(ship_country, 'Unknown') as country, currency,
    is_test, placed_at
  from orders
  union all
  select distinct event_group_id, customer_id, channel, 'Unknown', currency, false, cancelled_at
  from cancelled where order_id is null
)

select
  {{ hash_key('e.event_type', 'e.source_kind', 'e.source_id') }} as order_event_key,
  e.event_type,
  e.event_group_id,
  case when e.order_id is null then -2 else {{ hash_key('e.order_id') }} end as order_key,
  e.order_id,
  case when e.order_line_id is null then -2 else {{ hash_key('e.order_line_id') }} end as order_line_key,
  coalesce(cu.customer_key, -1) as customer_key,
  coalesce(cu.customer_durable_key, -1) as customer_durable_key,
  coalesce(e.product_key, -2) as product_key,
  coalesce(e.product_durable_key, -2) as product_durable_key,
  h.channel,
  h.country,
  h.currency,
  h.is_test,
  cast(e.quantity as bigint) as quantity,
  cast(e.amount_minor as bigint) as amount_minor,
  e.event_at,
  {{ business_date('e.event_at') }} as event_date,
  {{ business_date('h.placed_at') }} as order_date
from events as e
join headers as h on h.event_group_id = e.event_group_id
{{ asof_join(ref('dim_customer'), 'cu', 'cu.customer_id = h.customer_id', 'h.placed_at') }}
