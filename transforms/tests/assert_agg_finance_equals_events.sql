-- The finance aggregate is the finance fact, per touched day: all of it, what makes net revenue, orders and units.
{% set days = {'fct_order_events': 'event_date', 'agg_finance_daily': 'event_date'} %}
select coalesce(e.event_date, a.event_date) as event_date, e.all_minor, a.all_minor as aggregate_all_minor,
  e.net_revenue_minor, a.net_revenue_minor as aggregate_net_revenue_minor, e.orders, a.orders as aggregate_orders,
  e.units, a.units as aggregate_units
from (
  select event_date, sum(amount_minor) as all_minor,
    sum(case when event_type in ('sale', 'void', 'cancellation', 'discount', 'void_discount', 'cancellation_discount',
      'refund') then amount_minor else 0 end) as net_revenue_minor,
    coalesce(sum(reporting_minor), 0) - coalesce(sum(case when event_type in ('sale', 'void', 'cancellation', 'discount',
      'void_discount', 'cancellation_discount', 'refund', 'refund_fx') then 0 else reporting_minor end), 0)
      as reporting_minor,
    count(distinct case when event_type = 'sale' then order_id end) as orders,
    sum(case when event_type in ('sale', 'void', 'cancellation', 'refund') then quantity else 0 end) as units
  from {{ ref('fct_order_events') }}
  where not is_test and {{ touched_in_run('event_date', days) }}
  group by 1
) as e
full outer join (
  select event_date, sum(all_events_minor) as all_minor, sum(net_revenue_minor) as net_revenue_minor,
    sum(reporting_net_revenue_minor + reporting_fx_minor) as reporting_minor,
    sum(sold_orders) as orders, sum(sold_units + cancelled_units + returned_units) as units
  from {{ ref('agg_finance_daily') }}
  where {{ touched_in_run('event_date', days) }}
  group by 1
) as a on a.event_date = e.event_date
where coalesce(e.all_minor, 0) <> coalesce(a.all_minor, 0)
  or coalesce(e.net_revenue_minor, 0) <> coalesce(a.net_revenue_minor, 0)
  or coalesce(e.reporting_minor, 0) <> coalesce(a.reporting_minor, 0)
  or coalesce(e.orders, 0) <> coalesce(a.orders, 0)
  or coalesce(e.units, 0) <> coalesce(a.units, 0)
