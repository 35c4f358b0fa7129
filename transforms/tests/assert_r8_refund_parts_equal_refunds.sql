-- R8, staging to marts: the parts of refunds (goods, tax, shipping, cash) add up to the refunds that the shop recorded,
-- per day.
{% set orders = {'fct_order_events': 'order_id', 'stg_shop__refunds': 'order_id'} %}
select coalesce(e.event_date, r.event_date) as event_date, e.amount_minor, r.amount_minor as refund_minor
from (
  select event_date, -sum(amount_minor) as amount_minor
  from {{ ref('fct_order_events') }}
  where event_type in ('refund', 'refund_tax', 'refund_shipping', 'refund_cash')
    and {{ touched_in_run('order_id', orders) }}
  group by 1
) as e
full outer join (
  select {{ business_date('refunded_at') }} as event_date, sum({{ minor('amount') }}) as amount_minor
  from {{ ref('stg_shop__refunds') }}
  where {{ touched_in_run('order_id', orders) }}
  group by 1
) as r on r.event_date = e.event_date
where coalesce(e.amount_minor, 0) <> coalesce(r.amount_minor, 0)
