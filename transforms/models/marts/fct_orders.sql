-- Accumulating snapshot: one row an order, its milestones pivoted from what happened, recomputed whole per order.
with lines as (
  select
    order_id,
    count(*) as line_count,
    sum(case when line_kind = 'goods' then quantity else 0 end) as ordered_quantity,
    sum(case when line_kind = 'goods' then cancelled_quantity else 0 end) as cancelled_quantity,
    sum(case when line_kind = 'goods' then shipped_quantity else 0 end) as shipped_quantity,
    sum(case when line_kind = 'goods' then gross_minor else 0 end) as gross_minor,
    sum(discount_minor) as discount_minor,
    sum(tax_minor) as tax_minor
  from {{ ref('fct_order_lines') }}
  where {{ touched('order_id') }}
  group by order_id
),

-- goods of the order's own, as what was ordered is: a gift card given back leaves no fewer units to send
unshipped_refunds as (
  select r.order_id, sum(r.quantity) as quantity
  from {{ ref('int_refund_lines__amounts') }} as r
  join (
    select order_line_id, order_id from {{ ref('fct_order_lines') }} where line_kind = 'goods' and {{ touched('order_id') }}
  ) as l on l.order_line_id = r.order_line_id and l.order_id = r.order_id
  where r.restock_type = 'cancel'
  group by r.order_id
),

-- by the line, as the units are: a cancellation does not always name the order of its lines
cancellations as (
  select l.order_id, max(c.cancelled_at) as last_cancelled_at
  from (
    select order_line_id, order_id from {{ ref('fct_order_lines') }}
    where line_kind = 'goods' and cancelled_quantity > 0 and {{ touched('order_id') }}
  ) as l
  join {{ ref('int_cancellation_lines__amounts') }} as c on c.order_line_id = l.order_line_id and c.quantity > 0
  group by l.order_id
),

-- Amounts of an order are in its currency: what came or went in another is no part of the sums, and told by a check.
refunds as (
  select
    r.order_id,
    min(r.refunded_at) as first_refund_at,
    sum(case when r.currency is distinct from o.currency then 0 else r.amount_minor end) as refunded_minor
  from {{ ref('int_refunds') }} as r
  join (select * from {{ ref('int_orders') }} where {{ touched('order_id') }}) as o on o.order_id = r.order_id
  where {{ touched({'order_id': 'r.order_id'}) }}
  group by r.order_id
),

captures as (
  select
    p.order_id,
    min(p.created_at) as paid_at,
    sum(case when p.currency is distinct from o.currency then 0 else {{ minor('p.amount', 'p.currency') }} end) as paid_minor
  from {{ ref('int_payments') }} as p
  join (select * from {{ ref('int_orders') }} where {{ touched('order_id') }}) as o on o.order_id = p.order_id
  where p.kind = 'capture' and p.status = 'succeeded' and {{ touched({'order_id': 'p.order_id'}) }}
  group by p.order_id
),

shipments as (
  select
    order_id,
    min(shipped_at) as first_shipped_at,
    max(shipped_at) as last_shipped_at,
    case when count(*) = count(delivered_at) then max(delivered_at) end as delivered_at
  from {{ ref('int_shipments') }}
  where status in ('shipped', 'delivered') and {{ touched('order_id') }}
  group by order_id
),

orders as (
  select
    o.*,
    coalesce(l.line_count, 0) as line_count,
    coalesce(l.ordered_quantity, 0) as ordered_quantity,
    coalesce(l.cancelled_quantity, 0) as cancelled_quantity,
    coalesce(l.shipped_quantity, 0) as shipped_quantity,
    coalesce(u.quantity, 0) as refunded_unshipped_quantity,
    coalesce(l.gross_minor, 0) as gross_minor,
    coalesce(l.discount_minor, 0) as discount_minor,
    coalesce(l.tax_minor, 0) as tax_minor
  from (select * from {{ ref('int_orders') }} where {{ touched('order_id') }}) as o
  left join lines as l on l.order_id = o.order_id
  left join unshipped_refunds as u on u.order_id = o.order_id
),

judged as (
  select
    orders.*,
    shipped_quantity > 0
      and shipped_quantity >= ordered_quantity - cancelled_quantity - refunded_unshipped_quantity as is_fulfilled
  from orders
)

select
  {{ hash_key('o.order_id') }} as order_key,
  o.source_system,
  o.order_id,
  o.order_number,
  coalesce(cu.customer_key, -1) as customer_key,
  coalesce(cu.customer_durable_key, -1) as customer_durable_key,
  coalesce(cu.person_key, -1) as person_key,
  o.channel,
  o.country,
  o.currency,
  o.is_test,
  o.status as order_status,
  o.placed_at,
  p.paid_at,
  s.first_shipped_at,
  s.last_shipped_at,
  s.delivered_at,
  o.cancelled_at,
  r.first_refund_at,
  {{ business_date('o.placed_at') }} as order_date,
  case when o.is_fulfilled then {{ business_date('s.last_shipped_at') }} end as fulfilled_date,
  o.is_fulfilled,
  o.shipped_quantity > 0 and not o.is_fulfilled as is_partly_fulfilled,
  cast(o.line_count as bigint) as line_count,
  cast(o.ordered_quantity as bigint) as ordered_quantity,
  cast(o.cancelled_quantity as bigint) as cancelled_quantity,
  cast(o.shipped_quantity as bigint) as shipped_quantity,
  cast(o.refunded_unshipped_quantity as bigint) as refunded_unshipped_quantity,
  cast(o.gross_minor as bigint) as gross_minor,
  cast(o.discount_minor as bigint) as discount_minor,
  cast(o.tax_minor + o.shipping_tax_minor as bigint) as tax_minor,
  o.shipping_minor,
  cast(coalesce(p.paid_minor, 0) as bigint) as paid_minor,
  cast(coalesce(r.refunded_minor, 0) as bigint) as refunded_minor,
  coalesce(r.refunded_minor, 0) > 0 and r.refunded_minor > coalesce(p.paid_minor, 0) as is_over_refunded,
  {{ hours_between('o.placed_at', 'p.paid_at') }} as hours_to_pay,
  {{ hours_between('o.placed_at', 's.first_shipped_at') }} as hours_to_ship,
  {{ hours_between('s.first_shipped_at', 's.delivered_at') }} as hours_to_deliver,
  o.updated_at,
  {{ business_date('s.last_shipped_at') }} as last_shipped_date,
  -- Nothing to wait for from that day on; not before the order, whatever clocks say. A cancelled order that says no time
  -- was never waited for, unless its cancelled lines say one.
  case
    when o.ordered_quantity = 0 then {{ business_date('o.placed_at') }}
    else {{ greatest(business_date('o.placed_at'), least_ignore_nulls(
      "case when o.is_fulfilled then " ~ greatest_ignore_nulls(business_date('s.last_shipped_at'),
        "case when o.shipped_quantity < o.ordered_quantity then " ~ business_date('c.last_cancelled_at') ~ " end") ~ " end",
      "case when o.status = 'cancelled' then coalesce(" ~ business_date('o.cancelled_at') ~ ", "
        ~ business_date('c.last_cancelled_at') ~ ", " ~ business_date('o.placed_at') ~ ") else " ~ business_date('o.cancelled_at')
        ~ " end",
      "case when o.ordered_quantity - o.cancelled_quantity - o.refunded_unshipped_quantity <= 0 then coalesce("
        ~ greatest_ignore_nulls(business_date('c.last_cancelled_at'),
          "case when o.refunded_unshipped_quantity > 0 then " ~ business_date('r.first_refund_at') ~ " end") ~ ", "
        ~ business_date('r.first_refund_at') ~ ", " ~ business_date('o.placed_at') ~ ") end"
    )) }}
  end as closed_date
from judged as o
{{ asof_join(ref('dim_customer'), 'cu', 'cu.customer_id = o.customer_id', 'o.placed_at') }}
left join captures as p on p.order_id = o.order_id
left join shipments as s on s.order_id = o.order_id
left join refunds as r on r.order_id = o.order_id
left join cancellations as c on c.order_id = o.order_id
