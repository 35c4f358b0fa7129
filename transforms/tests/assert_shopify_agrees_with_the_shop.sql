-- Orders that the shop and Shopify both have, and tell differently. The shop's word counts; Shopify's is compared once
-- it has seen the shop's last change.
{{ config(severity='warn', meta={'compares_by': 'compared_at'}) }}
with orders as (
  select * from {{ ref('stg_shop__orders') }} where {{ is_compared('updated_at', 'assert_shopify_agrees_with_the_shop', ['shop', 'shopify']) }}
),

lines as (
  select order_id, sum(quantity * unit_price - discount_amount + tax_amount) as amount
  from {{ ref('stg_shop__order_lines') }}
  where order_id in (select order_id from orders)
  group by order_id
)

select
  o.order_id, o.currency, f.currency as shopify_currency,
  {{ minor('coalesce(l.amount, 0) + o.shipping_amount', 'o.currency') }} as amount_minor,
  {{ minor('f.total_amount', 'f.currency') }} as shopify_minor,
  o.updated_at as compared_at
from orders as o
join {{ ref('stg_shopify__orders') }} as f on f.order_id = o.order_id
left join lines as l on l.order_id = o.order_id
where f.updated_at >= o.updated_at
  and (
    o.currency is distinct from f.currency
    or o.is_test is distinct from f.is_test
    or {{ minor('coalesce(l.amount, 0) + o.shipping_amount', 'o.currency') }} is distinct from {{ minor('f.total_amount', 'f.currency') }}
  )
