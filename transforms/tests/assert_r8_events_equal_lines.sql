-- R8, inside the marts: the sale events of an order day add up to the goods lines of that day.
select e.order_date, e.amount_minor, l.gross_minor
from (
  select order_date, sum(amount_minor) as amount_minor from {{ ref('fct_order_events') }}
  where event_type = 'sale' group by 1
) as e
full outer join (
  select order_date, sum(gross_minor) as gross_minor from {{ ref('fct_order_lines') }}
  where line_kind = 'goods' group by 1
) as l on l.order_date = e.order_date
where coalesce(e.amount_minor, 0) <> coalesce(l.gross_minor, 0)
