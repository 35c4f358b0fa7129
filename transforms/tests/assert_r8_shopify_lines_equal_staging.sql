-- R8, staging to marts: an order that exists on Shopify alone has as many lines and units in fct_order_lines as its
-- newest version in staging, sold for as much (with the tax, where prices include it) and discounted by as much: by what
-- its lines say, or the order where that says more.
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
  select l.order_id, count(distinct l.order_line_id) as line_count, sum(l.quantity) as quantity,
    coalesce(max(case when o.taxes_included then 1 end), 0) as has_tax_in_prices,
    sum({{ minor('coalesce(l.gross_amount, l.quantity * l.unit_price)', 'o.currency') }}) as gross_minor,
    {{ greatest(
      'sum(' ~ minor('coalesce(l.discount_amount, 0)', 'o.currency') ~ ')',
      'max(' ~ minor('coalesce(o.discount_amount, 0)', 'o.currency') ~ ')'
    ) }} as discount_minor
  from (
    select distinct v.order_id, v.order_line_id, v.quantity, v.unit_price, v.gross_amount, v.discount_amount
    from newest as n
    join {{ ref('stg_shopify__order_lines') }} as v on v.order_id = n.order_id and v._position = n.position
  ) as l
  join {{ ref('stg_shopify__orders') }} as o on o.order_id = l.order_id
  left join {{ ref('stg_shop__orders') }} as s on s.order_id = l.order_id
  where s.order_id is null
  group by l.order_id
),

marts as (
  select order_id, count(*) as line_count, sum(quantity) as quantity, sum(gross_minor) as gross_minor,
    sum(tax_minor) as tax_minor, sum(discount_minor) as discount_minor
  from {{ ref('fct_order_lines') }}
  where source_system = 'shopify' and {{ touched_in_run('order_id', orders) }}
  group by order_id
)

select coalesce(s.order_id, m.order_id) as order_id, s.line_count, m.line_count as mart_line_count, s.quantity,
  m.quantity as mart_quantity, s.gross_minor, m.gross_minor + s.has_tax_in_prices * m.tax_minor as mart_gross_minor,
  s.discount_minor, m.discount_minor as mart_discount_minor
from staging as s
full outer join marts as m on m.order_id = s.order_id
where s.line_count is distinct from m.line_count
  or s.quantity is distinct from m.quantity
  or s.gross_minor is distinct from m.gross_minor + s.has_tax_in_prices * m.tax_minor
  or s.discount_minor is distinct from m.discount_minor
