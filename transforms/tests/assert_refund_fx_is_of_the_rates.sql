-- What a refund lost or won by the rate has the sign of the change in the rate from its order's day to its own.
{{ config(severity='warn') }}
{% set groups = {'fct_order_events': 'event_group_id', 'fx_rate': 'cast(null as bigint)'} %}
select e.order_event_key, e.order_id, e.currency, e.order_date, e.event_date, e.fx_rate, x.rate, e.reporting_minor
from (
  select * from {{ ref('fct_order_events') }}
  where event_type = 'refund_fx' and {{ touched_in_run('event_group_id', groups) }}
) as e
left join {{ ref('fx_rate') }} as x
  on x.currency = e.currency and e.event_date >= x.valid_from and e.event_date < x.valid_to
where x.rate is null or sign(e.reporting_minor) <> sign(e.fx_rate - x.rate)
