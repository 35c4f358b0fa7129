-- Units taken off a line without a refund: Shopify says only how many are left. Each version of a line is compared with
-- the one before it; what a later version adds is an event of its own, so that earlier ones stay as they are.
with orders as (
  select * from {{ ref('int_shopify_orders') }} where {{ touched('order_id') }}
),

lines as (
  select * from {{ ref('int_shopify_order_lines') }} where {{ touched('order_id') }}
),

captures as (
  select order_id, min(coalesce(processed_at, created_at)) as captured_at
  from {{ ref('stg_shopify__transactions') }}
  where kind in ('CAPTURE', 'SALE') and status = 'SUCCESS' and {{ touched('order_id') }}
  group by order_id
),

refunded as (
  select l.order_line_id, l.quantity, r.created_at
  from (select * from {{ ref('stg_shopify__refund_lines') }} where {{ touched('order_id') }}) as l
  join (select * from {{ ref('stg_shopify__refunds') }} where {{ touched('order_id') }}) as r
    on r.refund_id = l.refund_id
),

-- a version may have been read more than once
versions as (
  select
    v.order_line_id,
    v.quantity,
    v.current_quantity,
    v._position,
    v._committed_at as seen_at,
    row_number() over (partition by v.order_line_id, v._position order by v._ordinal desc) as age
  from {{ ref('stg_shopify__order_lines') }} as v
  where v._op <> 'd' and {{ touched('v.order_id') }}
),

standing as (
  select
    v.order_line_id,
    l.order_id,
    v._position,
    v.seen_at,
    v.quantity - case when o.cancelled_at <= v.seen_at then 0 else v.current_quantity end
      - coalesce(sum(r.quantity), 0) as units
  from versions as v
  join lines as l on l.order_line_id = v.order_line_id
  join orders as o on o.order_id = l.order_id
  left join refunded as r on r.order_line_id = v.order_line_id and r.created_at <= v.seen_at
  where v.age = 1
  group by v.order_line_id, l.order_id, v._position, v.seen_at, v.quantity, v.current_quantity, o.cancelled_at
),

taken as (
  select s.order_line_id, s.order_id, s._position, s.seen_at,
    case when s.units < 0 then 0 when s.units > l.quantity then l.quantity else s.units end as units
  from standing as s
  join lines as l on l.order_line_id = s.order_line_id
),

steps as (
  select
    taken.*,
    coalesce(lag(units) over (partition by order_line_id order by _position), 0) as units_before,
    lag(seen_at) over (partition by order_line_id order by _position) as seen_before
  from taken
),

-- the order's cancellation explains what has gone by the first version after it
explained as (
  select
    s.*,
    c.captured_at,
    case when o.cancelled_at <= s.seen_at and (s.seen_before is null or s.seen_before < o.cancelled_at) then o.cancelled_at end
      as order_cancelled_at
  from steps as s
  join orders as o on o.order_id = s.order_id
  left join captures as c on c.order_id = s.order_id
  where s.units <> s.units_before
),

-- Other units go before the capture, for what is taken off after it is refunded; unless they were still there at a
-- version after it.
events as (
  select
    explained.*,
    captured_at is null
      or case
        when order_cancelled_at is not null then order_cancelled_at < captured_at
        else seen_before is null or seen_before < captured_at
      end as before_capture
  from explained
)

select
  {{ hash_key("'shopify'", 'e.order_line_id', 'e._position') }} as cancellation_line_id,
  e.order_line_id,
  e.order_id,
  l.product_id,
  l.is_gift_card,
  cast(e.units - e.units_before as integer) as quantity,
  cast({{ divide('l.gross_minor * e.units', 'l.quantity', 0) }} - {{ divide('l.gross_minor * e.units_before', 'l.quantity', 0) }} as bigint)
    as gross_minor,
  cast({{ divide('l.discount_minor * e.units', 'l.quantity', 0) }} - {{ divide('l.discount_minor * e.units_before', 'l.quantity', 0) }} as bigint)
    as discount_minor,
  cast({{ divide('l.tax_minor * e.units', 'l.quantity', 0) }} - {{ divide('l.tax_minor * e.units_before', 'l.quantity', 0) }} as bigint)
    as tax_minor,
  e.before_capture,
  case
    when e.order_cancelled_at is not null then e.order_cancelled_at
    when e.before_capture and e.captured_at < e.seen_at then e.captured_at
    else e.seen_at
  end as cancelled_at
from events as e
join lines as l on l.order_line_id = e.order_line_id
