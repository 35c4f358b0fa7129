-- Lines of the orders that exist on Shopify alone, with whole amounts: what the order was discounted as a whole shared
-- out over its goods by largest remainder, so that the lines add up to it, and then tax taken out of prices and discounts
-- that include it. Until then amounts are as Shopify tells them.
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
    o.taxes_included,
    {{ minor('l.gross_amount', 'o.currency') }} as gross_minor,
    {{ minor('l.discount_amount', 'o.currency') }} as own_discount_minor,
    {{ minor('l.tax_amount', 'o.currency') }} as tax_minor,
    cast(round(l.tax_rate * 1000000) as bigint) as tax_rate_millionths
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
),

discounted as (
  select
    ranked.*,
    own_discount_minor + share_minor + case when place <= left_minor then 1 else 0 end as discount_minor
  from ranked
),

-- The tax told is that of what is paid. It is the same part of the price before discounts: 120 with 20 % of tax in them,
-- discounted by 12, is 100 discounted by 10, with 18 of tax. Of a line that nothing is paid for the rates say which part.
taxed as (
  select
    discounted.*,
    case
      when not taxes_included then 0
      when gross_minor > discount_minor and gross_minor - discount_minor >= tax_minor
        then {{ safe_divide('gross_minor * tax_minor', 'gross_minor - discount_minor', 0) }}
      when tax_minor = 0
        then {{ divide('gross_minor * tax_rate_millionths', '1000000 + tax_rate_millionths', 0) }}
      else tax_minor
    end as tax_in_price_minor,
    case when taxes_included then tax_minor else 0 end as tax_in_payment_minor
  from discounted
)

select
  order_line_id,
  order_id,
  cast(row_number() over (partition by order_id order by order_line_id) as integer) as line_no,
  product_id,
  quantity,
  is_gift_card,
  cast(unit_price as decimal(12, 4)) as unit_price,
  cast(gross_minor - tax_in_price_minor as bigint) as gross_minor,
  cast(discount_minor - (tax_in_price_minor - tax_in_payment_minor) as bigint) as discount_minor,
  cast(tax_minor as bigint) as tax_minor,
  added_at
from taxed
