-- The fulfilment aggregate is what fct_orders says, per touched day: fulfilled and partly fulfilled orders, and units.
{% set days = {'fct_orders': 'last_shipped_date', 'agg_fulfilment_daily': 'last_shipped_date'} %}
select coalesce(o.last_shipped_date, a.last_shipped_date) as last_shipped_date, o.fulfilled, a.fulfilled as aggregate_fulfilled,
  o.partly, a.partly as aggregate_partly, o.units, a.units as aggregate_units
from (
  select last_shipped_date, {{ count_if('is_fulfilled') }} as fulfilled, {{ count_if('is_partly_fulfilled') }} as partly,
    sum(case when is_fulfilled or is_partly_fulfilled then shipped_quantity else 0 end) as units
  from {{ ref('fct_orders') }}
  where not is_test and last_shipped_date is not null and {{ touched_in_run('last_shipped_date', days) }}
  group by 1
) as o
full outer join (
  select last_shipped_date, sum(fulfilled_orders) as fulfilled, sum(partly_fulfilled_orders) as partly,
    sum(shipped_units) as units
  from {{ ref('agg_fulfilment_daily') }}
  where {{ touched_in_run('last_shipped_date', days) }}
  group by 1
) as a on a.last_shipped_date = o.last_shipped_date
where coalesce(o.fulfilled, 0) <> coalesce(a.fulfilled, 0)
  or coalesce(o.partly, 0) <> coalesce(a.partly, 0)
  or coalesce(o.units, 0) <> coalesce(a.units, 0)
