-- R8, staging to marts: the parts of refunds (goods, tax, shipping, cash) add up to the refunds that the sources recorded,
-- per day; of Shopify's those of orders that the shop does not have. A refund whose order is not there (yet, or any more)
-- is no event: assert_what_is_said_of_orders_has_an_order tells of it.
{% set orders = {
  'fct_order_events': 'order_id',
  'stg_shop__orders': 'order_id',
  'stg_shop__refunds': 'order_id',
  'stg_shopify__refunds': 'order_id',
  'int_shopify_orders': 'order_id',
} %}
select coalesce(e.event_date, r.event_date) as event_date, e.amount_minor, r.amount_minor as refund_minor
from (
  select event_date, -sum(amount_minor) as amount_minor
  from {{ ref('fct_order_events') }}
  where event_type in {{ events_of('refunded') }}
    and {{ touched_in_run('order_id', orders) }}
  group by 1
) as e
full outer join (
  select {{ business_date('refunded_at') }} as event_date, sum(amount_minor) as amount_minor
  from (
    select r.refunded_at, {{ minor('r.amount', 'r.currency') }} as amount_minor from {{ ref('stg_shop__refunds') }} as r
    join {{ ref('stg_shop__orders') }} as o on o.order_id = r.order_id
    where {{ touched_in_run('r.order_id', orders) }}
    union all
    select coalesce(r.refunded_at, r.created_at), {{ minor('r.amount', 'o.currency') }}
    from {{ ref('stg_shopify__refunds') }} as r
    join {{ ref('int_shopify_orders') }} as o on o.order_id = r.order_id
    where {{ touched_in_run('r.order_id', orders) }}
  ) as refunds
  group by 1
) as r on r.event_date = e.event_date
where coalesce(e.amount_minor, 0) <> coalesce(r.amount_minor, 0)
