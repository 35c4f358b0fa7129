{{ config(materialized='table', unique_key='customer_id') }}
with orders as (
  select
    o.customer_id,
    count(*) as orders,
    min(o.placed_at) as first_order_at,
    max(o.placed_at) as last_order_at,
    cast(sum(o.net_minor) as bigint) as net_minor,
    cast(sum(coalesce(p.cash_minor, 0)) as bigint) as cash_minor
  from {{ ref('fct_orders') }} as o
  left join {{ ref('int_orders__payments') }} as p on p.order_id = o.order_id
  group by o.customer_id
)
select
  c.customer_id,
  c.email,
  c.country,
  c.segment,
  coalesce(orders.orders, 0) as orders,
  orders.first_order_at,
  orders.last_order_at,
  coalesce(orders.net_minor, 0) as net_minor,
  coalesce(orders.cash_minor, 0) as cash_minor
from {{ ref('int_customers') }} as c
left join orders on orders.customer_id = c.customer_id
