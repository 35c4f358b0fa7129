-- R8, staging to marts: an order that exists on Shopify alone has as many lines and units in fct_order_lines as its
-- newest version in staging, sold for as much and discounted by as much: by what its lines say, or the order where that
-- says more. Where prices include the tax, what is paid is as much, and of each line's price the tax is the same part as
-- of what is paid for it.
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

told as (
  select distinct l.order_id, l.order_line_id, l.quantity,
    coalesce(o.taxes_included, false) as has_tax_in_prices,
    {{ minor('coalesce(l.gross_amount, l.quantity * l.unit_price)', 'o.currency') }} as gross_minor,
    {{ minor('coalesce(l.discount_amount, 0)', 'o.currency') }} as discount_minor,
    {{ minor('coalesce(o.discount_amount, 0)', 'o.currency') }} as order_discount_minor
  from newest as n
  join {{ ref('stg_shopify__order_lines') }} as l on l.order_id = n.order_id and l._position = n.position
  join {{ ref('stg_shopify__orders') }} as o on o.order_id = l.order_id
  left join {{ ref('stg_shop__orders') }} as s on s.order_id = l.order_id
  where s.order_id is null
),

staging as (
  select order_id, count(distinct order_line_id) as line_count, sum(quantity) as quantity, has_tax_in_prices,
    sum(gross_minor) as gross_minor,
    {{ greatest('sum(discount_minor)', 'max(order_discount_minor)') }} as discount_minor
  from told
  group by order_id, has_tax_in_prices
),

sold as (
  select order_id, order_line_id, quantity, gross_minor, discount_minor, tax_minor,
    gross_minor - discount_minor + tax_minor as paid_minor
  from {{ ref('fct_order_lines') }}
  where source_system = 'shopify' and {{ touched_in_run('order_id', orders) }}
),

marts as (
  select s.order_id, count(*) as line_count, sum(s.quantity) as quantity, sum(s.gross_minor) as gross_minor,
    sum(s.discount_minor) as discount_minor, sum(s.paid_minor) as paid_minor,
    sum(case
      when t.has_tax_in_prices and s.paid_minor > 0 and s.paid_minor >= s.tax_minor
        and abs(s.gross_minor * s.paid_minor - t.gross_minor * (s.paid_minor - s.tax_minor)) * 2 > s.paid_minor
        then 1
      else 0
    end) as lines_taxed_apart
  from sold as s
  left join told as t on t.order_line_id = s.order_line_id
  group by s.order_id
)

select coalesce(s.order_id, m.order_id) as order_id, s.line_count, m.line_count as mart_line_count, s.quantity,
  m.quantity as mart_quantity, s.has_tax_in_prices, s.gross_minor, m.gross_minor as mart_gross_minor, s.discount_minor,
  m.discount_minor as mart_discount_minor, m.paid_minor as mart_paid_minor, m.lines_taxed_apart
from staging as s
full outer join marts as m on m.order_id = s.order_id
where s.line_count is distinct from m.line_count
  or s.quantity is distinct from m.quantity
  or m.lines_taxed_apart > 0
  or case
    when s.has_tax_in_prices then s.gross_minor - s.discount_minor is distinct from m.paid_minor
    else s.gross_minor is distinct from m.gross_minor or s.discount_minor is distinct from m.discount_minor
  end
