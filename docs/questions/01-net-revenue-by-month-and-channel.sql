-- finance: What is net revenue by month and channel?
-- Sales on the day of the order, returns and cancellations on the day they happened, so a closed month stays as it was.
-- Discounts are less those on what was cancelled, as the metric discounts has them. Without tax, shipping, gift cards and
-- test orders; one row a currency, since minor units of two do not add up.
select
  cast(date_trunc('month', event_date) as date) as month,
  channel,
  currency,
  sum(case when event_type in ('sale', 'void') then amount_minor else 0 end) as gross_sales_minor,
  sum(case when event_type in ('discount', 'void_discount', 'cancellation_discount') then amount_minor else 0 end)
    as discounts_minor,
  sum(case when event_type = 'cancellation' then amount_minor else 0 end) as cancellations_minor,
  sum(case when event_type = 'refund' then amount_minor else 0 end) as returns_minor,
  sum(amount_minor) as net_revenue_minor
from marts.fct_order_events
where event_type in (
    'sale', 'discount', 'void', 'void_discount', 'cancellation', 'cancellation_discount', 'refund'
  )
  and not is_test
group by 1, 2, 3
order by 1, 2, 3
