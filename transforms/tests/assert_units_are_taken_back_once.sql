-- Lines of which more units were cancelled and refunded than were sold: a refund that names the units of a cancellation
-- takes their revenue a second time. Both are told as they came; a refund of cancelled units should name none.
{{ config(severity='warn', meta={'looks_again_by': 'order_line_id'}) }}
select order_line_id, order_id, quantity, cancelled_quantity, refunded_quantity
from {{ ref('fct_order_lines') }}
where cancelled_quantity + refunded_quantity > quantity and quantity > 0
  and {{ touched_in_run('order_line_id', {'fct_order_lines': 'order_line_id'}) }}
