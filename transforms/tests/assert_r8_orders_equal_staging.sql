-- R8, staging to marts: as many orders a day in fct_orders as in staging; of Shopify's those that the shop does not have.
{% set orders = {
  'fct_orders': 'order_id',
  'stg_shop__orders': 'order_id',
  'stg_shopify__orders': 'order_id',
} %}
with staged as (
  select order_id, placed_at from {{ ref('stg_shop__orders') }}
  where {{ touched_in_run('order_id', orders) }}
)

select coalesce(s.order_date, m.order_date) as order_date, s.orders, m.orders as mart_orders
from (
  select {{ business_date('placed_at') }} as order_date, count(*) as orders
  from (
    select * from staged
    union all
    select order_id, coalesce(placed_at, created_at) from {{ ref('stg_shopify__orders') }}
    where {{ touched_in_run('order_id', orders) }} and order_id not in (select order_id from staged)
  ) as of_both
  group by 1
) as s
full outer join (
  select order_date, count(*) as orders
  from {{ ref('fct_orders') }}
  where {{ touched_in_run('order_id', orders) }}
  group by 1
) as m on m.order_date = s.order_date
where s.orders is distinct from m.orders
