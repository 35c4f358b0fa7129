-- finance: What is revenue in our reporting currency, and what did exchange rates do to refunds?
-- By month: net revenue at the rate of the order's day. A refund is converted at the rate of its sale; what the rates moved
-- by until the day of the refund is a line of its own.
select
  cast(date_trunc('month', event_date) as date) as month,
  sum(case when event_type not in ('refund', 'refund_fx') then reporting_minor else 0 end) as sales_minor,
  sum(case when event_type = 'refund' then reporting_minor else 0 end) as returns_minor,
  sum(case when event_type = 'refund_fx' then reporting_minor else 0 end) as refund_fx_minor
from marts.fct_order_events
where event_type in (
    'sale', 'discount', 'void', 'void_discount', 'cancellation', 'cancellation_discount', 'refund', 'refund_fx'
  )
  and not is_test
group by 1
order by 1
