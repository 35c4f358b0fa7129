-- One row a cancelled line that names an order: the tax that goes with its units. Of the line's tax they have the share
-- of their place among all units that were taken off it so far, cancelled or refunded, so that the shares of a line that
-- goes in parts add up to its tax to the last minor unit. A line that is not (or no longer) in the cancellation's order
-- has no share. Only those that are recomputed, by order. On Shopify a cancellation knows its tax itself.
with cancelled as (
  select
    cl.cancellation_line_id,
    cl.order_line_id,
    cl.quantity,
    c.order_id,
    c.cancelled_at
  from (
    select * from {{ ref('stg_shop__cancellations') }}
    where {{ touched({'event_group_id': 'coalesce(order_id, -cancellation_id)'}) }}
  ) as c
  join {{ ref('stg_shop__cancellation_lines') }} as cl on cl.cancellation_id = c.cancellation_id
  where c.order_id is not null
),

-- at one moment what was cancelled comes first
taken as (
  select order_id, order_line_id, cancelled_at as taken_at, 0 as place, cancellation_line_id as taken_id, quantity
  from cancelled
  union all
  select r.order_id, r.order_line_id, r.refunded_at, 1, r.refund_line_id, r.quantity
  from {{ ref('int_refund_lines__amounts') }} as r
  where r.source_system = 'shop' and r.order_line_id in (select order_line_id from cancelled)
),

running as (
  select
    taken.*,
    sum(quantity) over (
      partition by order_id, order_line_id
      order by taken_at, place, taken_id rows between unbounded preceding and current row
    ) as units
  from taken
),

-- no more units than there are have a share
steps as (
  select
    r.taken_id as cancellation_line_id,
    l.tax_minor,
    l.quantity,
    case when r.units > l.quantity then l.quantity else r.units end as units,
    case when r.units - r.quantity > l.quantity then l.quantity else r.units - r.quantity end as units_before
  from running as r
  join {{ ref('int_order_lines__amounts') }} as l on l.order_line_id = r.order_line_id and l.order_id = r.order_id
  where r.place = 0 and l.source_system = 'shop'
)

select
  'shop' as source_system,
  cancellation_line_id,
  cast(
    coalesce({{ safe_divide('tax_minor * units', 'quantity', 0) }}, 0)
    - coalesce({{ safe_divide('tax_minor * units_before', 'quantity', 0) }}, 0) as bigint
  ) as tax_minor
from steps
union all
select 'shopify', cancellation_line_id, tax_minor
from {{ ref('int_shopify_cancellation_lines') }}
where {{ touched({'event_group_id': 'order_id'}) }}
