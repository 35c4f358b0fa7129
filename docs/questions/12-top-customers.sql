-- finance: Who are our best customers?
-- Net revenue a person, over every channel and source and every account that has the same address, the highest first:
-- sales less discounts, cancellations and returns. Currencies do not add up, so that a person has a row in each.
select
  person_key,
  currency,
  count(distinct order_key) as orders,
  count(distinct customer_durable_key) as accounts,
  sum(amount_minor) as net_revenue_minor
from marts.fct_order_events
where event_type in (
    'sale', 'discount', 'void', 'void_discount', 'cancellation', 'cancellation_discount', 'refund'
  )
  and not is_test and person_key <> -1
group by person_key, currency
order by net_revenue_minor desc, person_key, currency
limit 100
