-- Orders without a line: they count as orders, with nothing sold.
{{ config(severity='warn', meta={'looks_again_by': 'order_id'}) }}
select order_id, order_number, placed_at
from {{ ref('fct_orders') }}
where line_count = 0 and {{ touched_in_run('order_id', {'fct_orders': 'order_id'}) }}
