-- One row a cancellation after which nothing is left of an order (no unit of any line that is sent or to be sent), and one
-- a cancellation that puts something back: from then on, until the next one, the order's shipping is taken back, or not.
-- What is taken back is what no refund gave back before. While it is, what a refund says of shipping is cash. An order
-- whose last units go by a refund is none of these: its refunds say themselves what they give back.
-- Only orders with shipping, and only those that are recomputed.
with orders as (
  select order_id, shipping_minor, shipping_tax_minor
  from {{ ref('int_orders') }}
  where {{ touched({'event_group_id': 'order_id'}) }} and (shipping_minor <> 0 or shipping_tax_minor <> 0)
),

cancelled as (
  select c.order_id, c.order_line_id, c.cancellation_line_id, c.quantity, c.before_capture, c.cancelled_at
  from {{ ref('int_cancellation_lines__amounts') }} as c
  join orders as o on o.order_id = c.order_id
),

steps as (
  select
    order_id,
    cancelled_at,
    min(cancellation_line_id) as cancellation_line_id,
    min(case when before_capture then 1 else 0 end) = 1 as before_capture
  from cancelled
  group by order_id, cancelled_at
),

taken as (
  select order_id, order_line_id, cancelled_at as taken_at, quantity from cancelled
  union all
  select order_id, order_line_id, refunded_at, quantity
  from {{ ref('int_refund_lines__amounts') }}
  where restock_type = 'cancel' and order_id in (select order_id from steps)
),

left_units as (
  select
    s.order_id,
    s.cancelled_at,
    l.order_line_id,
    l.quantity - coalesce(sum(t.quantity), 0) as units
  from steps as s
  join {{ ref('int_order_lines__amounts') }} as l on l.order_id = s.order_id and l.sold_at <= s.cancelled_at
  left join taken as t
    on t.order_id = s.order_id and t.order_line_id = l.order_line_id and t.taken_at <= s.cancelled_at
  group by s.order_id, s.cancelled_at, l.order_line_id, l.quantity
),

standing as (
  select s.*, case when max(u.units) <= 0 then 1 else 0 end as is_off
  from steps as s
  join left_units as u on u.order_id = s.order_id and u.cancelled_at = s.cancelled_at
  group by s.order_id, s.cancelled_at, s.cancellation_line_id, s.before_capture
),

turns as (
  select
    turned.*,
    lead(cancelled_at) over (partition by order_id order by cancelled_at) as until
  from (
    select
      standing.*,
      coalesce(lag(is_off) over (partition by order_id order by cancelled_at), 0) as was_off
    from standing
  ) as turned
  where is_off <> was_off
),

-- refunds that gave shipping back themselves
given_back as (
  select r.order_id, r.refunded_at, r.shipping_minor, r.shipping_tax_minor
  from {{ ref('int_refunds') }} as r
  left join turns as t
    on t.order_id = r.order_id and t.is_off = 1 and r.refunded_at >= t.cancelled_at
      and (t.until is null or r.refunded_at < t.until)
  where t.order_id is null and r.order_id in (select order_id from turns)
),

kept as (
  select
    t.order_id,
    t.cancelled_at,
    o.shipping_minor - coalesce(sum(g.shipping_minor), 0) as shipping_minor,
    o.shipping_tax_minor - coalesce(sum(g.shipping_tax_minor), 0) as shipping_tax_minor
  from turns as t
  join orders as o on o.order_id = t.order_id
  left join given_back as g on g.order_id = t.order_id and g.refunded_at < t.cancelled_at
  group by t.order_id, t.cancelled_at, o.shipping_minor, o.shipping_tax_minor
)

select
  t.order_id,
  t.cancellation_line_id,
  t.cancelled_at,
  t.until,
  t.before_capture,
  t.is_off = 1 as is_off,
  cast(
    case when k.shipping_minor <= 0 then 0 when t.is_off = 1 then -k.shipping_minor else k.shipping_minor end as bigint
  ) as shipping_minor,
  cast(
    case
      when k.shipping_tax_minor <= 0 then 0
      when t.is_off = 1 then -k.shipping_tax_minor
      else k.shipping_tax_minor
    end as bigint
  ) as shipping_tax_minor
from turns as t
join kept as k on k.order_id = t.order_id and k.cancelled_at = t.cancelled_at
