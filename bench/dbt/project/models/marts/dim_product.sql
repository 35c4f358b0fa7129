{{ config(materialized='table', unique_key='product_id') }}
select
  p.product_id,
  p.sku,
  p.title,
  p.category,
  {{ to_minor('p.price') }} as price_minor,
  coalesce(s.orders, 0) as orders,
  coalesce(s.units, 0) as units,
  coalesce(s.net_minor, 0) as net_minor
from {{ ref('int_products') }} as p
left join {{ ref('int_products__sales') }} as s on s.product_id = p.product_id
