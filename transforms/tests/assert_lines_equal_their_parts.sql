-- What of a line was cancelled, given back and sent is what the shop's cancellations, refunds and shipments say of it.
{% set parts = {
  'stg_shop__cancellations': ('stg_shop__cancellation_lines', 'cancellation_id'),
  'stg_shop__refunds': ('stg_shop__refund_lines', 'refund_id'),
  'stg_shop__shipments': ('stg_shop__shipment_lines', 'shipment_id'),
} %}
{% set lines = {'fct_order_lines': 'order_line_id'} %}
{% for header, (rows, key) in parts.items() %}
{% set lines_of_header %}
  select r.order_line_id from changed join {{ ref(rows) }} as r on r.{{ key }} = changed.{{ key }}
{% endset %}
{% do lines.update({header: lines_of_header, rows: 'order_line_id'}) %}
{% endfor %}
with said as (
  select l.order_line_id, l.quantity as cancelled_quantity,
    {{ minor('l.quantity * l.unit_price', 'h.currency') }} - {{ minor('l.discount_amount', 'h.currency') }} as cancelled_minor,
    0 as refunded_quantity, 0 as refunded_minor, 0 as shipped_quantity
  from (
    select * from {{ ref('stg_shop__cancellation_lines') }} where {{ touched_in_run('order_line_id', lines) }}
  ) as l
  join {{ ref('stg_shop__cancellations') }} as h on h.cancellation_id = l.cancellation_id
  union all
  select l.order_line_id, 0, 0, l.quantity, {{ minor('l.amount', 'h.currency') }}, 0
  from (select * from {{ ref('stg_shop__refund_lines') }} where {{ touched_in_run('order_line_id', lines) }}) as l
  join {{ ref('stg_shop__refunds') }} as h on h.refund_id = l.refund_id
  union all
  select l.order_line_id, 0, 0, 0, 0, l.quantity
  from (select * from {{ ref('stg_shop__shipment_lines') }} where {{ touched_in_run('order_line_id', lines) }}) as l
  join {{ ref('stg_shop__shipments') }} as h on h.shipment_id = l.shipment_id
  where h.status in ('shipped', 'delivered')
),

of_lines as (
  select order_line_id, sum(cancelled_quantity) as cancelled_quantity, sum(cancelled_minor) as cancelled_minor,
    sum(refunded_quantity) as refunded_quantity, sum(refunded_minor) as refunded_minor,
    sum(shipped_quantity) as shipped_quantity
  from said
  group by order_line_id
)

select l.order_line_id as id, l.order_id, l.cancelled_minor, s.cancelled_minor as said_cancelled_minor, l.refunded_minor,
  s.refunded_minor as said_refunded_minor, l.shipped_quantity, s.shipped_quantity as said_shipped_quantity
from (
  select * from {{ ref('fct_order_lines') }} where source_system = 'shop' and {{ touched_in_run('order_line_id', lines) }}
) as l
left join of_lines as s on s.order_line_id = l.order_line_id
where l.cancelled_quantity <> coalesce(s.cancelled_quantity, 0)
  or l.cancelled_minor <> coalesce(s.cancelled_minor, 0)
  or l.refunded_quantity <> coalesce(s.refunded_quantity, 0)
  or l.refunded_minor <> coalesce(s.refunded_minor, 0)
  or l.shipped_quantity <> coalesce(s.shipped_quantity, 0)
