-- Lines of the orders that exist on Shopify alone, with whole amounts: tax taken out of prices that include it, and what
-- the order was discounted as a whole shared out over its goods by largest remainder, so that the lines add up to it.
with lines as (
  select
    l.order_line_id,
    l.order_id,
    l.product_id,
    l.quantity,
    l.is_gift_card,
    l.unit_price,
    l.added_at,
    o.discount_minor as order_discount_minor,
    {{ minor('l.gross_amount', 'o.currency') }}
      - case when o.taxes_included then {{ minor('l.tax_amount', 'o.currency') }} else 0 end as gross_minor,
    {{ minor('l.discount_amount', 'o.currency') }} as own_discount_minor,
    {{ minor('l.tax_amount', 'o.currency') }} as tax_minor
  from {{ ref('int_shopify_order_lines__newest') }} as l
  join (select * from {{ ref('int_shopify_orders') }} where {{ touched('order_id') }}) as o on o.order_id = l.order_id
),

-- gift cards are never discounted; an order of nothing that could carry a discount shares it out evenly
weighed as (
  select
    lines.*,
    order_discount_minor - sum(own_discount_minor) over (partition by order_id) as to_share,
    case when is_gift_card or gross_minor <= own_discount_minor then 0 else gross_minor - own_discount_minor end
      as value_minor
  from lines
),

parts as (
  select
    weighed.*,
    case when sum(value_minor) over (partition by order_id) > 0 then value_minor else 1 end as weight
  from weighed
),

totals as (
  select
    parts.*,
    sum(weight) over (partition by order_id) as total_weight,
    -- 28 digits: of two decimals of up to 18 DuckDB keeps 18 in the product
    cast(case when to_share > 0 then to_share else 0 end as decimal(28, 0)) * cast(weight as decimal(18, 0)) as product
  from parts
),

shares as (
  select
    totals.*,
    mod(product, total_weight) as remainder,
    cast({{ divide('product - mod(product, total_weight)', 'total_weight', 0) }} as bigint) as share_minor
  from totals
),

-- the units that rounding down leaves go to the largest remainders; of equal ones to the first line
ranked as (
  select
    shares.*,
    to_share - sum(share_minor) over (partition by order_id) as left_minor,
    row_number() over (partition by order_id order by remainder desc, order_line_id) as place
  from shares
)

select
  order_line_id,
  order_id,
  cast(row_number() over (partition by order_id order by order_line_id) as integer) as line_no,
  product_id,
  quantity,
  is_gift_card,
  cast(unit_price as decimal(12, 4)) as unit_price,
  cast(gross_minor as bigint) as gross_minor,
  cast(own_discount_minor + share_minor + case when place <= left_minor then 1 else 0 end as bigint) as discount_minor,
  cast(tax_minor as bigint) as tax_minor,
  added_at
from ranked
