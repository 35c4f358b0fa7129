-- R8, staging to marts: what the shop sold counts when it was ordered, and what was added to an order when it was added.
{% set orders = {
  'fct_order_events': 'order_id',
  'stg_shop__orders': 'order_id',
  'stg_shop__order_lines': 'order_id',
} %}
select e.order_event_key, e.order_id, e.event_at, l.created_at as line_created_at, o.placed_at
from (
  select * from {{ ref('fct_order_events') }}
  where event_type = 'sale' and source_system = 'shop' and {{ touched_in_run('order_id', orders) }}
) as e
join (select * from {{ ref('stg_shop__order_lines') }} where {{ touched_in_run('order_id', orders) }}) as l
  on {{ hash_key('l.order_line_id') }} = e.order_line_key
join (select order_id, placed_at from {{ ref('stg_shop__orders') }} where {{ touched_in_run('order_id', orders) }}) as o
  on o.order_id = l.order_id
where e.event_at <> case when l.created_at > o.placed_at then l.created_at else o.placed_at end
