-- R8, staging to marts: every line that the shop gave back is one event of fct_order_events, with its units, amount and
-- tax, at its time: goods are not given back as cash, and no unit is lost.
-- One whose order is not there (yet, or any more) is no event: assert_what_is_said_of_orders_has_an_order tells of it.
{% set orders_of_lines %}
  select r.order_id from changed join {{ ref('stg_shop__refunds') }} as r on r.refund_id = changed.refund_id
{% endset %}
{% set orders = {
  'fct_order_events': 'order_id',
  'stg_shop__refunds': 'order_id',
  'stg_shop__refund_lines': orders_of_lines,
  'stg_shop__orders': 'order_id',
} %}
{# What kind of line it is decides which event it is; a gift card's is at its face value, and the rest of it beside. #}
{% set parts = {
  'refund': 'goods', 'gift_card_refund': 'goods', 'refund_shipping': 'goods', 'refund_fee': 'goods',
  'refund_adjustment': 'goods', 'gift_card_refund_discount': 'rest', 'refund_tax': 'tax',
} %}
with staged as (
  select l.refund_line_id, r.order_id, r.refunded_at, l.quantity, {{ minor('l.amount', 'r.currency') }} as goods_minor,
    {{ minor('l.tax_amount', 'r.currency') }} as tax_minor
  from (select * from {{ ref('stg_shop__refunds') }} where {{ touched_in_run('order_id', orders) }}) as r
  join {{ ref('stg_shop__refund_lines') }} as l on l.refund_id = r.refund_id
  join (select order_id from {{ ref('stg_shop__orders') }} where {{ touched_in_run('order_id', orders) }}) as o
    on o.order_id = r.order_id
),

keyed as (
  {% for type, part in parts.items() %}
  {% if not loop.first %}union all{% endif %}
  select refund_line_id, '{{ part }}' as part, {{ hash_key("'" ~ type ~ "'", "'refund_line'", 'refund_line_id') }} as order_event_key
  from staged
  {% endfor %}
),

events as (
  select k.refund_line_id,
    count(case when k.part = 'goods' then 1 end) as event_count,
    min(e.event_at) as event_at,
    max(e.event_at) as last_event_at,
    sum(e.quantity) as quantity,
    sum(case when k.part = 'tax' then 0 else e.amount_minor end) as goods_minor,
    sum(case when k.part = 'tax' then e.amount_minor else 0 end) as tax_minor
  from (select * from {{ ref('fct_order_events') }} where {{ touched_in_run('order_id', orders) }}) as e
  join keyed as k on k.order_event_key = e.order_event_key
  group by k.refund_line_id
)

select s.refund_line_id, s.order_id, s.quantity, s.goods_minor, s.tax_minor, e.event_count, e.quantity as event_quantity,
  e.goods_minor as event_goods_minor, e.tax_minor as event_tax_minor, s.refunded_at, e.event_at
from staged as s
left join events as e on e.refund_line_id = s.refund_line_id
where e.event_count is distinct from 1
  or e.quantity is distinct from -s.quantity
  or e.goods_minor is distinct from -s.goods_minor
  or e.tax_minor is distinct from -s.tax_minor
  or e.event_at <> s.refunded_at
  or e.last_event_at <> s.refunded_at
