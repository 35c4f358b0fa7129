-- An event counts in the reporting currency at the rate of its order's day, to the half unit that rounding leaves.
{% set groups = {'fct_order_events': 'event_group_id', 'fx_rate': 'cast(null as bigint)'} %}
{% set reporting = "'" ~ var('reporting_currency') ~ "'" %}
select e.order_event_key, e.order_id, e.order_date, e.currency, e.fx_rate, x.rate, e.amount_minor, e.reporting_minor
from (select * from {{ ref('fct_order_events') }} where {{ touched_in_run('event_group_id', groups) }}) as e
left join {{ ref('fx_rate') }} as x
  on x.currency = e.currency and e.order_date >= x.valid_from and e.order_date < x.valid_to
where e.fx_rate is distinct from x.rate
  or (e.reporting_minor is null) <> (x.rate is null)
  or (
    e.event_type <> 'refund_fx'
    and abs(cast(e.reporting_minor as decimal(28, 0)) * cast({{ minor_units('e.currency') }} as decimal(6, 0))
      - cast(e.amount_minor as decimal(28, 0)) * x.rate * cast({{ minor_units(reporting) }} as decimal(6, 0)))
      > 0.5 * {{ minor_units('e.currency') }}
  )
