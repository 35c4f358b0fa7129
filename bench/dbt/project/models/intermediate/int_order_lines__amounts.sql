{{ config(materialized='ephemeral') }}
select
  l.order_line_id,
  l.order_id,
  l.product_id,
  o.customer_id,
  o.channel,
  o.ship_country,
  o.currency,
  o.status,
  o.placed_at,
  cast(o.placed_at as date) as order_date,
  l.quantity,
  {{ to_minor('l.unit_price * l.quantity') }} as gross_minor,
  {{ to_minor('l.discount_amount') }} as discount_minor,
  {{ to_minor('l.unit_price * l.quantity - l.discount_amount') }} as net_minor,
  greatest(l.updated_at, o.updated_at) as updated_at
from {{ ref('stg_shop__order_lines') }} as l
join {{ ref('stg_shop__orders') }} as o on o.order_id = l.order_id
