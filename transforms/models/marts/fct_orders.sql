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
goods as (
  select order_line_id, order_id, quantity - cancelled_quantity - shipped_quantity as unsent_quantity
  from {{ ref('fct_order_lines') }}
  where line_kind = 'goods' and {{ touched('order_id') }}
),

given_back as (
  select l.order_id, l.order_line_id, r.refund_line_id, r.quantity, r.refunded_at, r.restock_type
  from {{ ref('int_refund_lines__amounts') }} as r
  join goods as l on l.order_line_id = r.order_line_id and l.order_id = r.order_id
),

unshipped_refunds as (
  select order_id, order_line_id, sum(quantity) as quantity
  from given_back
  where restock_type = 'cancel'
  group by order_id, order_line_id
),

-- by the line, as the units are: neither a cancellation nor a parcel always names the order of its lines
cancelled as (
  select l.order_id, c.quantity, c.cancelled_at
  from goods as l
  join {{ ref('int_cancellation_lines__amounts') }} as c on c.order_line_id = l.order_line_id
),

cancellations as (
  select order_id, max(cancelled_at) as last_cancelled_at from cancelled where quantity > 0 group by order_id
),

sent as (
  select l.order_id, l.order_line_id, p.quantity, s.status, s.shipped_at
  from goods as l
  join {{ ref('int_shipment_lines') }} as p on p.order_line_id = l.order_line_id
  join {{ ref('int_shipments') }} as s on s.shipment_id = p.shipment_id
  where s.status in ('shipped', 'delivered', 'returned')
),

-- Units in a parcel that came back are sent again or given back. Of a refund that does not say which units it is about,
-- those count first, as far as one had left by then and the line still lacks them.
came_back as (
  select l.order_line_id, b.left_at,
    {{ least('b.quantity', 'l.unsent_quantity - coalesce(u.quantity, 0)') }} as quantity
  from (
    select order_line_id, sum(quantity) as quantity, min(shipped_at) as left_at
    from sent
    where status = 'returned'
    group by order_line_id
  ) as b
  join goods as l on l.order_line_id = b.order_line_id
  left join unshipped_refunds as u on u.order_line_id = l.order_line_id
),

returned_refunds as (
  select r.order_id, r.refunded_at, r.quantity, b.quantity as at_most,
    sum(r.quantity) over (
      partition by r.order_line_id order by r.refunded_at, r.refund_line_id rows unbounded preceding
    ) as so_far
  from given_back as r
  join came_back as b on b.order_line_id = r.order_line_id and b.quantity > 0
  where r.restock_type is distinct from 'cancel' and coalesce(r.refunded_at >= b.left_at, true)
),

-- units of goods that are waited for no longer, since when
steps as (
  select order_id, {{ business_date('shipped_at') }} as step_date, quantity from sent where status <> 'returned'
  union all
  select order_id, {{ business_date('cancelled_at') }}, quantity from cancelled
  union all
  select order_id, {{ business_date('refunded_at') }}, quantity from given_back where restock_type = 'cancel'
  union all
  select order_id, {{ business_date('refunded_at') }},
    {{ least('so_far', 'at_most') }} - {{ least('so_far - quantity', 'at_most') }}
  from returned_refunds
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
  left join (select order_id, sum(quantity) as quantity from unshipped_refunds group by order_id) as u
    on u.order_id = o.order_id
),

-- a cancelled order that says no time was never waited for, unless its cancelled lines say one
judged as (
  select
    orders.*,
    {{ business_date('placed_at') }} as order_date,
    coalesce({{ business_date('cancelled_at') }},
      case when status = 'cancelled' then coalesce({{ business_date('c.last_cancelled_at') }}, {{ business_date('placed_at') }}) end
    ) as cancelled_date,
    shipped_quantity > 0
      and shipped_quantity >= ordered_quantity - cancelled_quantity - refunded_unshipped_quantity as is_fulfilled
  from orders
  left join cancellations as c on c.order_id = orders.order_id
),

-- What does not say when was never waited for. Nothing is once the order is cancelled.
days as (
  select o.order_id, o.ordered_quantity, coalesce(s.step_date, o.order_date) as step_date, sum(s.quantity) as quantity
  from steps as s
  join judged as o on o.order_id = s.order_id
  where o.cancelled_date is null or coalesce(s.step_date, o.order_date) <= o.cancelled_date
  group by o.order_id, o.ordered_quantity, coalesce(s.step_date, o.order_date)
),

balances as (
  select order_id, step_date,
    ordered_quantity - sum(quantity) over (partition by order_id order by step_date rows unbounded preceding) as due
  from days
),

-- a unit that is put back, or taken off twice and put back once, is waited for again: what counts is the last time
since as (
  select order_id, step_date,
    max(due) over (partition by order_id order by step_date rows between current row and unbounded following) as most_due
  from balances
),

settled as (
  select order_id, min(step_date) as settled_date from since where most_due <= 0 group by order_id
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
  o.order_date,
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
  -- not before the order, whatever clocks say
  case
    when o.ordered_quantity <= 0 then o.order_date
    else {{ greatest('o.order_date', least_ignore_nulls('d.settled_date', 'o.cancelled_date')) }}
  end as closed_date
from judged as o
{{ asof_join(ref('dim_customer'), 'cu', 'cu.customer_id = o.customer_id', 'o.placed_at') }}
left join captures as p on p.order_id = o.order_id
left join shipments as s on s.order_id = o.order_id
left join refunds as r on r.order_id = o.order_id
left join settled as d on d.order_id = o.order_id
