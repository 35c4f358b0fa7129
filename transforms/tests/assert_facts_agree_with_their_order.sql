-- Whatever is said of an order is in its currency, channel and country, and a test where it is one: a fact that says
-- otherwise is added up with orders that it does not belong to.
{% set orders = {'fct_orders': 'order_id', 'fct_order_lines': 'order_id', 'fct_order_events': 'order_id'} %}
with facts as (
  select distinct 'line' as fact, order_id, currency, false as has_own_currency, channel, country, is_test
  from {{ ref('fct_order_lines') }}
  where {{ touched_in_run('order_id', orders) }}
  union all
  -- a refund counts in its own currency, of which another check tells
  select distinct 'event', order_id, currency, event_type in {{ events_of('refunded') }} or event_type = 'refund_fx', channel,
    country, is_test
  from {{ ref('fct_order_events') }}
  -- a dispute is settled in the processor's currency
  where order_id is not null and event_type not in ('chargeback', 'chargeback_reversal')
    and {{ touched_in_run('order_id', orders) }}
)

select f.fact, f.order_id, f.currency, f.channel, f.country, f.is_test
from facts as f
join {{ ref('fct_orders') }} as o on o.order_id = f.order_id
where (f.currency is distinct from o.currency and not f.has_own_currency)
  or f.channel is distinct from o.channel
  or f.country is distinct from o.country
  or f.is_test is distinct from o.is_test
