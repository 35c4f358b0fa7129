{{ config(materialized='table', unique_key='day_key') }}
with lines as (
  select
    order_date, channel, ship_country,
    sum(quantity) as units,
    cast(sum(net_minor) as bigint) as net_minor
  from {{ ref('fct_order_lines') }}
  where status <> 'cancelled'
  group by order_date, channel, ship_country
),
orders as (
  select
    order_date, channel, ship_country,
    count(*) as orders,
    count(distinct customer_id) as customers,
    cast(sum(cash_minor) as bigint) as cash_minor
  from {{ ref('fct_orders') }}
  where status <> 'cancelled'
  group by order_date, channel, ship_country
)
select
  concat_ws('|', cast(orders.order_date as varchar), orders.channel, orders.ship_country) as day_key,
  orders.order_date,
  orders.channel,
  orders.ship_country,
  orders.orders,
  orders.customers,
  coalesce(lines.units, 0) as units,
  coalesce(lines.net_minor, 0) as net_minor,
  orders.cash_minor
from orders
left join lines
  on lines.order_date = orders.order_date
  and lines.channel = orders.channel
  and lines.ship_country = orders.ship_country
