-- What disputes moved of an order is the same in its events as in its payments; a dispute whose order is not there is in no
-- event, and told. A warning: the two find a dispute's order
-- each in its own way, and Stripe's objects may be read one after the other.
{{ config(severity='warn', meta={'looks_again_by': 'order_id'}) }}
{% set orders = {'fct_order_events': 'order_id', 'fct_payments': 'order_id'} %}
select coalesce(e.order_id, p.order_id) as order_id, e.amount_minor as event_minor, p.amount_minor as payment_minor
from (
  select order_id, sum(amount_minor) as amount_minor
  from {{ ref('fct_order_events') }}
  where event_type in ('chargeback', 'chargeback_reversal') and {{ touched_in_run('order_id', orders) }}
  group by order_id
) as e
full outer join (
  select order_id, sum(balance_minor) as amount_minor
  from {{ ref('fct_payments') }}
  where kind in ('dispute', 'dispute_reversal') and {{ touched_in_run('order_id', orders) }}
  group by order_id
) as p on p.order_id = e.order_id
where coalesce(e.amount_minor, 0) <> coalesce(p.amount_minor, 0)
