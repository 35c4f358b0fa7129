-- What an order's refunds of a day lost or won by the rate is what they come to at the rate of the order's day less what
-- they come to at that of their own, to the unit that rounding leaves of each.
{% set groups = {'fct_order_events': 'event_group_id', 'fx_rate': 'cast(null as bigint)'} %}
{% set reporting = "'" ~ var('reporting_currency') ~ "'" %}
with refunds as (
  select
    event_group_id,
    order_id,
    currency,
    order_date,
    event_date,
    fx_rate,
    -sum(case when event_type = 'refund_fx' then 0 else amount_minor end) as refunded_minor,
    sum(case when event_type = 'refund_fx' then reporting_minor else 0 end) as fx_minor,
    count(*) as events
  from {{ ref('fct_order_events') }}
  where (event_type = 'refund_fx' or event_type in {{ events_of('refunded') }})
    and {{ touched_in_run('event_group_id', groups) }}
  group by event_group_id, order_id, currency, order_date, event_date, fx_rate
)

select r.order_id, r.currency, r.order_date, r.event_date, r.fx_rate, x.rate, r.refunded_minor, r.fx_minor
from refunds as r
left join {{ ref('fx_rate') }} as x
  on x.currency = r.currency and r.event_date >= x.valid_from and r.event_date < x.valid_to
where (x.rate is null and r.fx_minor <> 0)
  or abs(cast(r.fx_minor as decimal(28, 0)) * cast({{ minor_units('r.currency') }} as decimal(6, 0))
    - cast(r.refunded_minor as decimal(28, 0)) * (r.fx_rate - x.rate)
      * cast({{ minor_units(reporting) }} as decimal(6, 0)))
    > r.events * {{ minor_units('r.currency') }}
