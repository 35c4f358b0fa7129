-- R8, inside the marts: what a line was sold for is one event of its kind, with its units, amount and order day: goods are
-- a sale, a gift card is a debt. Lines whose order has not come have no currency, and so no event.
{% set orders = {'fct_order_events': 'order_id', 'fct_order_lines': 'order_id'} %}
{% set event_type = "case line_kind when 'goods' then 'sale' when 'gift_card' then 'gift_card_sale' else line_kind end" %}
with lines as (
  select
    order_id, order_line_id, order_date, line_kind, quantity, gross_minor,
    {{ event_type }} as event_type,
    {{ hash_key(event_type, "'line'", 'order_line_id') }} as order_event_key
  from {{ ref('fct_order_lines') }}
  where order_key <> -1 and {{ touched_in_run('order_id', orders) }}
),

-- what is no goods is called what it is when it is cancelled, too: such an event is looked for, and may be one of no line
events as (
  select
    order_event_key,
    min(order_id) as order_id,
    min(event_type) as event_type,
    min(order_date) as order_date,
    sum(quantity) as quantity,
    sum(amount_minor) as amount_minor
  from {{ ref('fct_order_events') }}
  where event_type in ('sale', 'gift_card_sale', 'shipping', 'discount', 'fee', 'adjustment')
    and {{ touched_in_run('order_id', orders) }}
  group by order_event_key
)

select
  coalesce(l.order_id, e.order_id) as order_id, l.order_line_id, l.line_kind, e.event_type, l.quantity,
  e.quantity as event_quantity, l.gross_minor, e.amount_minor, l.order_date, e.order_date as event_order_date
from lines as l
full outer join events as e on e.order_event_key = l.order_event_key
where (l.order_event_key is null and e.event_type in ('sale', 'gift_card_sale'))
  or (
    l.order_event_key is not null
    and (
      e.event_type is distinct from l.event_type
      or e.quantity is distinct from l.quantity
      or e.amount_minor is distinct from l.gross_minor
      or e.order_date is distinct from l.order_date
    )
  )
