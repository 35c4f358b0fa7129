{{ config(materialized='incremental', incremental_strategy='merge', unique_key='order_id') }}
with line_totals as (
  select
    order_id,
    count(*) as lines,
    sum(quantity) as units,
    cast(sum(gross_minor) as bigint) as gross_minor,
    cast(sum(net_minor) as bigint) as net_minor
  from {{ ref('int_order_lines__amounts') }}
  group by order_id
),
orders as (
  select
    o.order_id,
    o.order_number,
    o.customer_id,
    o.channel,
    o.ship_country,
    o.currency,
    o.status,
    o.placed_at,
    cast(o.placed_at as date) as order_date,
    coalesce(t.lines, 0) as lines,
    coalesce(t.units, 0) as units,
    coalesce(t.gross_minor, 0) as gross_minor,
    coalesce(t.net_minor, 0) as net_minor,
    coalesce(p.cash_minor, 0) as cash_minor,
    o.updated_at
  from {{ ref('int_orders') }} as o
  left join line_totals as t on t.order_id = o.order_id
  left join {{ ref('int_orders__payments') }} as p on p.order_id = o.order_id
)
select * from orders
{{ newer_only('updated_at') }}
