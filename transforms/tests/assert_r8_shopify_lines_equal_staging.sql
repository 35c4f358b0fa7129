-- R8, staging to marts: an order that exists on Shopify alone has as many lines and units in fct_order_lines as its
-- newest version in staging.
{% set orders = {
  'fct_order_lines': 'order_id',
  'stg_shopify__order_lines': 'order_id',
  'stg_shopify__orders': 'order_id',
  'stg_shop__orders': 'order_id',
} %}
with newest as (
  select order_id, max(_position) as position from {{ ref('stg_shopify__order_lines') }}
  where _op <> 'd' and {{ touched_in_run('order_id', orders) }}
  group by order_id
),

staging as (
  select l.order_id, count(distinct l.order_line_id) as line_count, sum(l.quantity) as quantity
  from (
    select distinct v.order_id, v.order_line_id, v.quantity
    from newest as n
    join {{ ref('stg_shopify__order_lines') }} as v on v.order_id = n.order_id and v._position = n.position
  ) as l
  join {{ ref('stg_shopify__orders') }} as o on o.order_id = l.order_id
  left join {{ ref('stg_shop__orders') }} as s on s.order_id = l.order_id
  where s.order_id is null
  group by l.order_id
),

marts as (
  select order_id, count(*) as line_count, sum(quantity) as quantity
  from {{ ref('fct_order_lines') }}
  where source_system = 'shopify' and {{ touched_in_run('order_id', orders) }}
  group by order_id
)

select coalesce(s.order_id, m.order_id) as order_id, s.line_count, m.line_count as mart_line_count, s.quantity,
  m.quantity as mart_quantity
from staging as s
full outer join marts as m on m.order_id = s.order_id
where s.line_count is distinct from m.line_count or s.quantity is distinct from m.quantity
