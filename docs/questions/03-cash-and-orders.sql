-- finance: Does the cash match the orders?
-- By currency and month of the order: what orders came to (goods, tax, shipping, gift cards sold, less whatever was taken back)
-- against the cash that captures brought and refunds gave back. What differs is not paid yet, paid otherwise, or wrong.
-- What was cancelled after its capture counts by the refund that pays it back. Orders that were cancelled have a question of
-- their own.
with orders as (
  select order_id, cast(date_trunc('month', order_date) as date) as month, currency
  from marts.fct_orders
  where not is_test and cancelled_at is null
),

owed as (
  select order_id, sum(amount_minor) as owed_minor
  from marts.fct_order_events
  where order_id is not null and event_type not in (
      'cancellation', 'cancellation_discount', 'cancellation_tax', 'cancellation_shipping', 'chargeback',
      'chargeback_reversal'
    )
  group by order_id
),

paid as (
  select order_id, sum(cash_minor) as cash_minor
  from marts.fct_payments
  where kind in ('capture', 'refund', 'refund_failure')
  group by order_id
)

select
  o.month,
  o.currency,
  sum(coalesce(w.owed_minor, 0)) as total_sales_minor,
  sum(coalesce(p.cash_minor, 0)) as cash_minor,
  sum(coalesce(w.owed_minor, 0) - coalesce(p.cash_minor, 0)) as difference_minor,
  sum(case when coalesce(w.owed_minor, 0) <> coalesce(p.cash_minor, 0) then 1 else 0 end) as orders_that_differ
from orders as o
left join owed as w on w.order_id = o.order_id
left join paid as p on p.order_id = o.order_id
group by o.month, o.currency
order by o.month, o.currency
