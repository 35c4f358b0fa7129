-- What of a line that only Shopify has was cancelled, given back and sent is what Shopify's versions, refunds and
-- fulfilments say of it; and the events of an order say the same of each line, no more and no less. By the line, as lines
-- are, and by the order, as events are: a refund may name a line of another order.
{% set refunds_lines %}
  select l.order_line_id from changed join {{ ref('stg_shopify__refund_lines') }} as l on l.refund_id = changed.refund_id
{% endset %}
{% set fulfillments_lines %}
  select l.order_line_id from changed
  join {{ ref('stg_shopify__fulfillment_lines') }} as l on l.shipment_id = changed.shipment_id
{% endset %}
{% set touched = {
  'order_line_id': {
    'fct_order_lines': 'order_line_id',
    'int_shopify_cancellation_lines': 'order_line_id',
    'stg_shopify__refund_lines': 'order_line_id',
    'stg_shopify__refunds': refunds_lines,
    'stg_shopify__fulfillment_lines': 'order_line_id',
    'stg_shopify__fulfillments': fulfillments_lines,
  },
  'order_id': {
    'fct_order_events': 'order_id',
    'int_shopify_orders': 'order_id',
    'int_shopify_cancellation_lines': 'order_id',
    'stg_shopify__refund_lines': 'order_id',
    'stg_shopify__refunds': 'order_id',
  },
} %}
with
{% for key, changes in touched.items() %}
said_by_{{ key }} as (
  select order_id, order_line_id, quantity as cancelled_quantity, gross_minor - discount_minor as cancelled_minor,
    0 as refunded_quantity, 0 as refunded_minor, 0 as shipped_quantity
  from {{ ref('int_shopify_cancellation_lines') }}
  where {{ touched_in_run(key, changes) }}
  union all
  select l.order_id, l.order_line_id, 0, 0, l.quantity,
    {{ minor('l.amount', 'o.currency') }}
      - case when o.taxes_included then {{ minor('coalesce(l.tax_amount, 0)', 'o.currency') }} else 0 end, 0
  from (select * from {{ ref('stg_shopify__refund_lines') }} where {{ touched_in_run(key, changes) }}) as l
  join {{ ref('stg_shopify__refunds') }} as r on r.refund_id = l.refund_id
  join {{ ref('int_shopify_orders') }} as o on o.order_id = l.order_id
  {% if key == 'order_line_id' %}
  union all
  select l.order_id, l.order_line_id, 0, 0, 0, 0, l.quantity
  from (select * from {{ ref('stg_shopify__fulfillment_lines') }} where {{ touched_in_run(key, changes) }}) as l
  join {{ ref('stg_shopify__fulfillments') }} as f on f.shipment_id = l.shipment_id and f.status = 'SUCCESS'
  join {{ ref('int_shopify_orders') }} as o on o.order_id = l.order_id
  {% endif %}
),
{% endfor %}

of_lines as (
  select order_line_id, sum(cancelled_quantity) as cancelled_quantity, sum(cancelled_minor) as cancelled_minor,
    sum(refunded_quantity) as refunded_quantity, sum(refunded_minor) as refunded_minor,
    sum(shipped_quantity) as shipped_quantity
  from said_by_order_line_id
  group by order_line_id
),

of_orders as (
  select order_id, {{ hash_key('order_line_id') }} as order_line_key, sum(cancelled_quantity) as cancelled_quantity,
    sum(cancelled_minor) as cancelled_minor, sum(refunded_quantity) as refunded_quantity,
    sum(refunded_minor) as refunded_minor
  from said_by_order_id
  where order_line_id is not null
  group by order_id, order_line_id
),

events as (
  select order_id, order_line_key,
    -sum(case when event_type in ('void', 'cancellation', 'gift_card_cancellation') then quantity else 0 end)
      as cancelled_quantity,
    -sum(case when event_type in ('refund', 'gift_card_refund', 'gift_card_refund_discount') then 0 else amount_minor end)
      as cancelled_minor,
    -sum(case when event_type in ('refund', 'gift_card_refund') then quantity else 0 end) as refunded_quantity,
    -sum(case when event_type in ('refund', 'gift_card_refund', 'gift_card_refund_discount') then amount_minor else 0 end)
      as refunded_minor
  from {{ ref('fct_order_events') }}
  where source_system = 'shopify' and order_line_key <> -2 and {{ touched_in_run('order_id', touched['order_id']) }}
    and event_type in ('void', 'cancellation', 'gift_card_cancellation', 'void_discount', 'cancellation_discount',
      'gift_card_cancellation_discount', 'refund', 'gift_card_refund', 'gift_card_refund_discount')
  group by order_id, order_line_key
)

select 'line' as differing, l.order_id, l.order_line_key, l.cancelled_quantity,
  s.cancelled_quantity as said_cancelled_quantity, l.cancelled_minor, s.cancelled_minor as said_cancelled_minor,
  l.refunded_quantity, s.refunded_quantity as said_refunded_quantity, l.refunded_minor,
  s.refunded_minor as said_refunded_minor, l.shipped_quantity, s.shipped_quantity as said_shipped_quantity
from (
  select * from {{ ref('fct_order_lines') }}
  where source_system = 'shopify' and {{ touched_in_run('order_line_id', touched['order_line_id']) }}
) as l
left join of_lines as s on s.order_line_id = l.order_line_id
where l.cancelled_quantity <> coalesce(s.cancelled_quantity, 0)
  or l.cancelled_minor <> coalesce(s.cancelled_minor, 0)
  or l.refunded_quantity <> coalesce(s.refunded_quantity, 0)
  or l.refunded_minor <> coalesce(s.refunded_minor, 0)
  or l.shipped_quantity <> coalesce(s.shipped_quantity, 0)
union all
select 'events', coalesce(e.order_id, s.order_id), coalesce(e.order_line_key, s.order_line_key), e.cancelled_quantity,
  s.cancelled_quantity, e.cancelled_minor, s.cancelled_minor, e.refunded_quantity, s.refunded_quantity, e.refunded_minor,
  s.refunded_minor, null, null
from events as e
full outer join of_orders as s on s.order_id = e.order_id and s.order_line_key = e.order_line_key
where coalesce(e.cancelled_quantity, 0) <> coalesce(s.cancelled_quantity, 0)
  or coalesce(e.cancelled_minor, 0) <> coalesce(s.cancelled_minor, 0)
  or coalesce(e.refunded_quantity, 0) <> coalesce(s.refunded_quantity, 0)
  or coalesce(e.refunded_minor, 0) <> coalesce(s.refunded_minor, 0)
