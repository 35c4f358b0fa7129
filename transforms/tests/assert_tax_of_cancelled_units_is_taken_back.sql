-- The tax that cancellations take back of a line is that of the units they take off it: the line's tax, by units, to the
-- last minor unit. Where some of its units were refunded, too, the shares of both are cut from one line, and what one
-- rounds up another rounds down: each cancellation may be off by one. Units taken off twice have no tax left to tell of
-- (assert_units_are_taken_back_once).
{% set orders = {'fct_order_events': 'order_id', 'fct_order_lines': 'order_id'} %}
with taken_back as (
  select order_id, order_line_key,
    -sum(case when event_type in ('void_tax', 'cancellation_tax') then 0 else quantity end) as quantity,
    -sum(case when event_type in ('void_tax', 'cancellation_tax') then amount_minor else 0 end) as tax_minor,
    sum(case when event_type in ('void_tax', 'cancellation_tax') then 0 else 1 end) as cancellations
  from {{ ref('fct_order_events') }}
  where event_type in ('void', 'cancellation', 'gift_card_cancellation', 'void_tax', 'cancellation_tax')
    and order_line_key <> -2 and {{ touched_in_run('order_id', orders) }}
  group by order_id, order_line_key
),

compared as (
  select l.order_line_id, l.order_id, l.quantity, l.refunded_quantity, t.quantity as cancelled_quantity, t.cancellations,
    t.tax_minor, {{ safe_divide('l.tax_minor * t.quantity', 'l.quantity', 0) }} as due_tax_minor
  from (
    select * from {{ ref('fct_order_lines') }}
    where order_key <> -1 and line_kind in ('goods', 'gift_card') and {{ touched_in_run('order_id', orders) }}
  ) as l
  join taken_back as t on t.order_line_key = l.order_line_key and t.order_id = l.order_id and t.cancellations > 0
)

select order_line_id, order_id, quantity, cancelled_quantity, refunded_quantity, tax_minor, due_tax_minor
from compared
where cancelled_quantity + refunded_quantity <= quantity
  and abs(tax_minor - due_tax_minor) > case when refunded_quantity = 0 then 0 else cancellations end
