-- An order is what its lines, payments, shipments and refunds add up to, and stands at the milestones that they say.
{% set orders = {
  'fct_orders': 'order_id',
  'fct_order_lines': 'order_id',
  'fct_order_events': 'order_id',
  'fct_payments': 'order_id',
  'stg_shop__payments': 'order_id',
  'stg_shop__refunds': 'order_id',
  'stg_shopify__refunds': 'order_id',
  'fct_shipments': 'order_id',
} %}
{# What the order says: what its parts say. #}
{% set columns = {
  'line_count': 'coalesce(l.line_count, 0)',
  'ordered_quantity': 'coalesce(l.ordered_quantity, 0)',
  'cancelled_quantity': 'coalesce(l.cancelled_quantity, 0)',
  'shipped_quantity': 'coalesce(l.shipped_quantity, 0)',
  'gross_minor': 'coalesce(l.gross_minor, 0)',
  'discount_minor': 'coalesce(l.discount_minor, 0)',
  'tax_minor': 'coalesce(l.tax_minor, 0) + coalesce(e.shipping_tax_minor, 0)',
  'shipping_minor': 'coalesce(e.shipping_minor, 0)',
  'paid_minor': 'coalesce(c.paid_minor, 0)',
  'refunded_minor': 'coalesce(r.refunded_minor, 0)',
  'paid_at': 'c.paid_at',
  'first_shipped_at': 's.first_shipped_at',
  'last_shipped_at': 's.last_shipped_at',
  'delivered_at': 's.delivered_at',
  'first_refund_at': 'f.refunded_at',
} %}
with lines as (
  select order_id, count(*) as line_count,
    sum(case when line_kind = 'goods' then quantity else 0 end) as ordered_quantity,
    sum(case when line_kind = 'goods' then cancelled_quantity else 0 end) as cancelled_quantity,
    sum(case when line_kind = 'goods' then shipped_quantity else 0 end) as shipped_quantity,
    sum(case when line_kind = 'goods' then gross_minor else 0 end) as gross_minor,
    sum(discount_minor) as discount_minor, sum(tax_minor) as tax_minor
  from {{ ref('fct_order_lines') }}
  where {{ touched_in_run('order_id', orders) }}
  group by order_id
),

-- the shop's word for its own orders, Shopify's for those that only it has; what is of another currency is no part of sums
paid as (
  select order_id, currency, min(created_at) as paid_at, sum(amount_minor) as paid_minor
  from (
    select order_id, currency, created_at, {{ minor('amount', 'currency') }} as amount_minor
    from {{ ref('stg_shop__payments') }}
    where kind = 'capture' and status = 'succeeded' and {{ touched_in_run('order_id', orders) }}
    union all
    select order_id, currency, created_at, amount_minor
    from {{ ref('fct_payments') }}
    where source_system = 'shopify' and kind = 'capture' and status = 'succeeded'
      and {{ touched_in_run('order_id', orders) }}
  ) as payments
  group by order_id, currency
),

refunded as (
  select order_id, currency, sum({{ minor('amount', 'currency') }}) as refunded_minor
  from {{ ref('stg_shop__refunds') }}
  where {{ touched_in_run('order_id', orders) }}
  group by order_id, currency
  union all
  select order_id, currency, -sum(amount_minor)
  from {{ ref('fct_order_events') }}
  where source_system = 'shopify' and {{ touched_in_run('order_id', orders) }}
    and event_type in {{ events_of('refunded') }}
  group by order_id, currency
),

marts as (
  select * from {{ ref('fct_orders') }} where {{ touched_in_run('order_id', orders) }}
),

captures as (
  select p.order_id, min(p.paid_at) as paid_at,
    sum(case when p.currency is distinct from o.currency then 0 else p.paid_minor end) as paid_minor
  from paid as p
  join marts as o on o.order_id = p.order_id
  group by p.order_id
),

refunds as (
  select r.order_id, sum(case when r.currency is distinct from o.currency then 0 else r.refunded_minor end) as refunded_minor
  from refunded as r
  join marts as o on o.order_id = r.order_id
  group by r.order_id
),

first_refunds as (
  select order_id, source_system, min(refunded_at) as refunded_at
  from (
    select order_id, 'shop' as source_system, refunded_at from {{ ref('stg_shop__refunds') }}
    where {{ touched_in_run('order_id', orders) }}
    union all
    select order_id, 'shopify', coalesce(refunded_at, created_at) from {{ ref('stg_shopify__refunds') }}
    where {{ touched_in_run('order_id', orders) }}
  ) as of_both
  group by order_id, source_system
),

events as (
  select order_id,
    sum(case when event_type = 'tax' then amount_minor else 0 end) as shipping_tax_minor,
    sum(case when event_type = 'shipping' then amount_minor else 0 end) as shipping_minor
  from {{ ref('fct_order_events') }}
  where event_type in ('tax', 'shipping') and order_line_key = -2 and {{ touched_in_run('order_id', orders) }}
  group by order_id
),

shipments as (
  select order_id, min(shipped_at) as first_shipped_at, max(shipped_at) as last_shipped_at,
    case when count(*) = count(delivered_at) then max(delivered_at) end as delivered_at
  from {{ ref('fct_shipments') }}
  where status in ('shipped', 'delivered') and {{ touched_in_run('order_id', orders) }}
  group by order_id
)

select o.order_id, o.order_date,
  {%- for column, of_parts in columns.items() %}
  case when o.{{ column }} is distinct from {{ of_parts }} then '{{ column }} ' else '' end{{ ' ||' if not loop.last }}
  {%- endfor %} as differing,
  {%- for column, of_parts in columns.items() %}
  o.{{ column }}, {{ of_parts }} as parts_{{ column }}{{ ',' if not loop.last }}
  {%- endfor %}
from marts as o
left join lines as l on l.order_id = o.order_id
left join captures as c on c.order_id = o.order_id
left join refunds as r on r.order_id = o.order_id
left join first_refunds as f on f.order_id = o.order_id and f.source_system = o.source_system
left join events as e on e.order_id = o.order_id
left join shipments as s on s.order_id = o.order_id
where
  {%- for column, of_parts in columns.items() %}
  {{ 'or ' if not loop.first }}o.{{ column }} is distinct from {{ of_parts }}
  {%- endfor %}
