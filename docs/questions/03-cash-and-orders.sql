-- finance: Does the cash match the orders?
-- By month of the order and currency of the money: what orders came to (goods, tax, shipping, gift cards sold, less whatever was
-- taken back) against the cash that captures brought and refunds gave back. What differs is not paid yet, paid otherwise
-- (in another currency it has a row of its own), or wrong. What was cancelled after its capture counts by the refund that pays
-- it back. Orders that were cancelled have a question of their own.
with orders as (
  select order_id, cast(date_trunc('month', order_date) as date) as month
  from marts.fct_orders
  where not is_test and cancelled_at is null and order_status <> 'cancelled'
),

amounts as (
  select order_id, currency, amount_minor as owed_minor, 0 as cash_minor
  from marts.fct_order_events
  where order_id is not null and event_type not in (
      'cancellation', 'cancellation_discount', 'cancellation_tax', 'cancellation_shipping', 'chargeback',
      'chargeback_reversal'
    )
  union all
  select order_id, currency, 0, cash_minor
  from marts.fct_payments
  where kind in ('capture', 'refund', 'refund_failure')
),

of_orders as (
  select o.order_id, o.month, a.currency, sum(a.owed_minor) as owed_minor, sum(a.cash_minor) as cash_minor
  from orders as o
  join amounts as a on a.order_id = o.order_id
  group by o.order_id, o.month, a.currency
)

select
  month,
  currency,
  sum(owed_minor) as total_sales_minor,
  sum(cash_minor) as cash_minor,
  sum(owed_minor - cash_minor) as difference_minor,
  sum(case when owed_minor <> cash_minor then 1 else 0 end) as orders_that_differ
from of_orders
group by month, currency
order by month, currency
