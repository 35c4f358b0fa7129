-- finance: What is net revenue in our reporting currency, and what did exchange rates do to refunds?
-- By month, without test orders: net revenue and its parts (they add up), each amount at the rate of its order's day, also
-- what is cancelled or given back later. What rates won or lost until the day of a refund is a line of its own and no
-- revenue: of all that a refund gave back, tax and shipping too. Amounts in a currency without a rate are in no sum: the
-- last column counts their events, and is 0 where nothing is missing.
select
  cast(date_trunc('month', event_date) as date) as month,
  sum(case when event_type in ('sale', 'void') then reporting_minor else 0 end) as gross_sales_minor,
  sum(case when event_type in ('discount', 'void_discount', 'cancellation_discount') then reporting_minor else 0 end)
    as discounts_minor,
  sum(case when event_type = 'cancellation' then reporting_minor else 0 end) as cancellations_minor,
  sum(case when event_type = 'refund' then reporting_minor else 0 end) as returns_minor,
  sum(case when event_type = 'refund_fx' then 0 else reporting_minor end) as net_revenue_minor,
  sum(case when event_type = 'refund_fx' then reporting_minor else 0 end) as refund_fx_minor,
  sum(case when reporting_minor is null then 1 else 0 end) as events_without_rate
from marts.fct_order_events
where event_type in (
    'sale', 'discount', 'void', 'void_discount', 'cancellation', 'cancellation_discount', 'refund', 'refund_fx'
  )
  and not is_test
group by 1
order by 1
