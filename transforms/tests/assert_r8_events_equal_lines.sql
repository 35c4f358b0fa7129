-- R8, inside the marts: the sale events of an order day add up to the goods lines of that day. Lines whose order has
-- not come have no currency, and so no event.
{% set orders = {'fct_order_events': 'order_id', 'fct_order_lines': 'order_id'} %}
select coalesce(e.order_date, l.order_date) as order_date, e.amount_minor, l.gross_minor
from (
  select order_date, sum(amount_minor) as amount_minor
  from {{ ref('fct_order_events') }}
  where event_type = 'sale' and {{ touched_in_run('order_id', orders) }}
  group by 1
) as e
full outer join (
  select order_date, sum(gross_minor) as gross_minor
  from {{ ref('fct_order_lines') }}
  where line_kind = 'goods' and order_key <> -1 and {{ touched_in_run('order_id', orders) }}
  group by 1
) as l on l.order_date = e.order_date
where coalesce(e.amount_minor, 0) <> coalesce(l.gross_minor, 0)
