-- Orders that their source calls cancelled, with goods that nobody cancelled, gave back or sent: they stay in sales and in
-- revenue until the source says which lines went.
{{ config(severity='warn', meta={'looks_again_by': 'order_id'}) }}
select order_id, source_system, channel, cancelled_at, ordered_quantity, cancelled_quantity, refunded_unshipped_quantity,
  shipped_quantity
from {{ ref('fct_orders') }}
where order_status = 'cancelled'
  and ordered_quantity - cancelled_quantity - refunded_unshipped_quantity - shipped_quantity > 0
  and {{ touched_in_run('order_id', {'fct_orders': 'order_id'}) }}
