-- Orders that exist on Shopify alone, in the shop's words. What the shop has too (its web orders) is the shop's to tell:
-- such an order goes from here the moment the shop's own row arrives. Stored, since every fact asks for it.
with orders as (
  select * from {{ ref('stg_shopify__orders') }} as s
  where {{ touched('order_id') }}
    and not exists (
      select 1 from (select order_id from {{ ref('stg_shop__orders') }} where {{ touched('order_id') }}) as o
      where o.order_id = s.order_id
    )
),

parcels as (
  select order_id, count(*) as sent, count(delivered_at) as delivered
  from {{ ref('stg_shopify__fulfillments') }}
  where status = 'SUCCESS' and {{ touched('order_id') }}
  group by order_id
),

taxes as (
  select order_id, sum(tax_amount) as tax_amount
  from {{ ref('int_shopify_order_lines__newest') }}
  group by order_id
),

-- what no line carries of the order's tax is that of its shipping
amounts as (
  select
    o.*,
    coalesce(p.sent, 0) > coalesce(p.delivered, 0) as is_on_its_way,
    case
      when coalesce(o.tax_amount, 0) > coalesce(t.tax_amount, 0) then o.tax_amount - coalesce(t.tax_amount, 0)
      else 0
    end as shipping_tax_amount
  from orders as o
  left join parcels as p on p.order_id = o.order_id
  left join taxes as t on t.order_id = o.order_id
)

select
  order_id,
  order_number,
  customer_id,
  coalesce(lower(source_name), 'web') as channel,
  currency,
  case
    when cancelled_at is not null or financial_status = 'VOIDED' then 'cancelled'
    when fulfillment_status = 'FULFILLED' and not is_on_its_way then 'delivered'
    when fulfillment_status = 'FULFILLED' then 'shipped'
    when fulfillment_status = 'PARTIALLY_FULFILLED' then 'partly_shipped'
    when financial_status in ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED') then 'paid'
    else 'placed'
  end as status,
  coalesce(is_test, false) as is_test,
  coalesce(taxes_included, false) as taxes_included,
  ship_country,
  {{ minor('coalesce(discount_amount, 0)', 'currency') }} as discount_minor,
  {{ minor('coalesce(shipping_amount, 0)', 'currency') }}
    - case when taxes_included then {{ minor('shipping_tax_amount', 'currency') }} else 0 end as shipping_minor,
  {{ minor('shipping_tax_amount', 'currency') }} as shipping_tax_minor,
  coalesce(placed_at, created_at) as placed_at,
  cancelled_at,
  updated_at
from amounts
