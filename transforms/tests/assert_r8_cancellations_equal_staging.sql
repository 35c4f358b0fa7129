-- R8, staging to marts: every line that the shop cancelled is one event of fct_order_events, with its units and amount,
-- at its time: a void where it was cancelled before the money was taken, and none after.
-- One whose order is not there (yet, or any more) is no event: assert_what_is_said_of_orders_has_an_order tells of it.
{% set group = 'coalesce(order_id, -cancellation_id)' %}
{% set group_of_lines %}
  select coalesce(c.order_id, -c.cancellation_id)
  from changed join {{ ref('stg_shop__cancellations') }} as c on c.cancellation_id = changed.cancellation_id
{% endset %}
{% set groups = {
  'fct_order_events': 'event_group_id',
  'stg_shop__cancellations': group,
  'stg_shop__cancellation_lines': group_of_lines,
  'stg_shop__orders': 'order_id',
} %}
{% set types = ['void', 'cancellation', 'gift_card_cancellation', 'discount', 'shipping', 'fee', 'adjustment'] %}
with staged as (
  select l.cancellation_line_id, c.order_id, c.cancelled_at, c.before_capture, l.quantity, {{ minor('l.quantity * l.unit_price', 'c.currency') }} as gross_minor
  from (select * from {{ ref('stg_shop__cancellations') }} where {{ touched_in_run(group, groups) }}) as c
  join {{ ref('stg_shop__cancellation_lines') }} as l on l.cancellation_id = c.cancellation_id
  left join (select order_id from {{ ref('stg_shop__orders') }} where {{ touched_in_run('order_id', groups) }}) as o
    on o.order_id = c.order_id
  where c.order_id is null or o.order_id is not null
),

-- what kind of line it is decides which event it is
keyed as (
  {% for type in types %}
  {% if not loop.first %}union all{% endif %}
  select cancellation_line_id, {{ hash_key("'" ~ type ~ "'", "'cancellation_line'", 'cancellation_line_id') }} as order_event_key
  from staged
  {%- if type == 'void' %} where before_capture{% elif type == 'cancellation' %} where not coalesce(before_capture, false){% endif %}

  {% endfor %}
),

events as (
  select k.cancellation_line_id, count(*) as event_count, max(e.event_at) as event_at, sum(e.quantity) as quantity,
    sum(e.amount_minor) as amount_minor
  from (select * from {{ ref('fct_order_events') }} where {{ touched_in_run('event_group_id', groups) }}) as e
  join keyed as k on k.order_event_key = e.order_event_key
  group by k.cancellation_line_id
)

select s.cancellation_line_id, s.order_id, s.quantity, s.gross_minor, e.event_count, e.quantity as event_quantity,
  e.amount_minor as event_minor, s.cancelled_at, e.event_at
from staged as s
left join events as e on e.cancellation_line_id = s.cancellation_line_id
where e.event_count is distinct from 1
  or e.quantity is distinct from -s.quantity
  or e.amount_minor is distinct from -s.gross_minor
  or e.event_at <> s.cancelled_at
