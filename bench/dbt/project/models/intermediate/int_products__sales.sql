{{ config(materialized='view') }}
select
  product_id,
  count(distinct order_id) as orders,
  sum(quantity) as units,
  cast(sum(net_minor) as bigint) as net_minor
from {{ ref('int_order_lines__amounts') }}
where status <> 'cancelled'
group by product_id
