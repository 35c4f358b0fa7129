-- Orders that the shop calls cancelled without saying since when: nobody waits for them, and the backlog never had them,
-- unless their cancelled lines say a day.
{{ config(severity='warn', meta={'looks_again_by': 'order_id'}) }}
select order_id, channel, placed_at, closed_date
from {{ ref('fct_orders') }}
where source_system = 'shop' and order_status = 'cancelled' and cancelled_at is null
  and {{ touched_in_run('order_id', {'fct_orders': 'order_id'}) }}
