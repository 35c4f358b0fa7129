-- Lines of which more units were sent than were left to send. What was sent stays sent and what was cancelled stays
-- cancelled: the two disagree, and stock or money is missing.
{{ config(severity='warn', meta={'looks_again_by': 'order_line_id'}) }}
select order_line_id, order_id, quantity, cancelled_quantity, shipped_quantity
from {{ ref('fct_order_lines') }}
where shipped_quantity > 0 and shipped_quantity > quantity - cancelled_quantity
  and {{ touched_in_run('order_line_id', {'fct_order_lines': 'order_line_id'}) }}
