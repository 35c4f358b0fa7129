-- An order's number, customer, channel, country, currency, times, status and whether it is a test are what its source says:
-- the shop's word for its own orders, Shopify's for those that only it has, which says of a status only whether the order
-- is off.
{% set orders = {'fct_orders': 'order_id', 'stg_shop__orders': 'order_id', 'stg_shopify__orders': 'order_id'} %}
with said as (
  select order_id, order_number, customer_id, channel, ship_country, currency, placed_at, cancelled_at, is_test, status,
    status = 'cancelled' as is_off
  from {{ ref('stg_shop__orders') }}
  where {{ touched_in_run('order_id', orders) }}
  union all
  select order_id, order_number, customer_id, coalesce(lower(source_name), 'web'), ship_country, currency,
    coalesce(placed_at, created_at), cancelled_at, coalesce(is_test, false), null,
    cancelled_at is not null or coalesce(financial_status = 'VOIDED', false)
  from {{ ref('stg_shopify__orders') }}
  where {{ touched_in_run('order_id', orders) }}
    and order_id not in (select order_id from {{ ref('stg_shop__orders') }} where {{ touched_in_run('order_id', orders) }})
)

select o.order_id, o.customer_durable_key, s.customer_id as said_customer_id, o.channel,
  s.channel as said_channel, o.country, s.ship_country as said_country, o.currency, s.currency as said_currency,
  o.is_test, s.is_test as said_is_test, o.order_status, s.status as said_status, o.cancelled_at,
  s.cancelled_at as said_cancelled_at
from said as s
join {{ ref('fct_orders') }} as o on o.order_id = s.order_id
where o.currency is distinct from s.currency
  or o.order_number is distinct from s.order_number
  or o.channel is distinct from s.channel
  or o.country is distinct from coalesce(s.ship_country, 'Unknown')
  or o.placed_at is distinct from s.placed_at
  or o.is_test is distinct from s.is_test
  or o.cancelled_at is distinct from s.cancelled_at
  or (o.order_status = 'cancelled') is distinct from s.is_off
  or o.order_status <> s.status
  or o.customer_durable_key is distinct from case when s.customer_id is null then -1 else {{ hash_key('s.customer_id') }} end
