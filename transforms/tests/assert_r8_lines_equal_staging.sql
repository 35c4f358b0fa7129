-- R8, staging to marts: per order day as many lines and units of the shop in fct_order_lines as in staging, and the same
-- gross amount, discount and tax.
{% set lines_of_orders %}
  select l.order_line_id from changed
  join {{ ref('stg_shop__order_lines') }} as l on l.order_id = changed.order_id
{% endset %}
{% set lines = {
  'fct_order_lines': 'order_line_id',
  'stg_shop__order_lines': 'order_line_id',
  'stg_shop__orders': lines_of_orders,
} %}
with staging as (
  select {{ business_date('coalesce(o.placed_at, l.created_at)') }} as order_date, count(*) as line_count, sum(l.quantity) as quantity,
    sum({{ minor('l.quantity * l.unit_price', 'o.currency') }}) as gross_minor,
    sum({{ minor('l.discount_amount', 'o.currency') }}) as discount_minor,
    sum({{ minor('l.tax_amount', 'o.currency') }}) as tax_minor
  from {{ ref('stg_shop__order_lines') }} as l
  left join {{ ref('stg_shop__orders') }} as o on o.order_id = l.order_id
  left join {{ ref('int_shopify_orders') }} as f on f.order_id = l.order_id
  where (o.order_id is not null or f.order_id is null)
    and {{ touched_in_run('l.order_line_id', lines) }}
  group by 1
),

marts as (
  select order_date, count(*) as line_count, sum(quantity) as quantity, sum(gross_minor) as gross_minor,
    sum(discount_minor) as discount_minor, sum(tax_minor) as tax_minor
  from {{ ref('fct_order_lines') }}
  where source_system = 'shop' and {{ touched_in_run('order_line_id', lines) }}
  group by 1
)

select
  coalesce(s.order_date, m.order_date) as order_date, s.line_count, m.line_count as mart_line_count, s.gross_minor,
  m.gross_minor as mart_gross_minor, s.discount_minor, m.discount_minor as mart_discount_minor, s.tax_minor,
  m.tax_minor as mart_tax_minor
from staging as s
full outer join marts as m on m.order_date = s.order_date
where s.line_count is distinct from m.line_count
  or s.quantity is distinct from m.quantity
  or s.gross_minor is distinct from m.gross_minor
  or s.discount_minor is distinct from m.discount_minor
  or s.tax_minor is distinct from m.tax_minor
