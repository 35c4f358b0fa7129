-- Orders that the shop has cancelled and Stripe still holds money for. Both are told as they are: the cancellation in
-- the order's facts, the money in the payments'; somebody has to give it back, or to find out why not. A charge may name
-- the order, or be known only by the payment intent of one of its payments.
{{ config(severity='warn', meta={'compares_by': 'compared_at'}) }}
with orders as (
  select order_id, cancelled_at, coalesce(cancelled_at, updated_at) as compared_at
  from {{ ref('stg_shop__orders') }}
  where status = 'cancelled' and {{ is_compared('coalesce(cancelled_at, updated_at)', 'assert_cancelled_orders_are_not_charged') }}
),

held as (
  select * from {{ ref('stg_stripe__charges') }}
  where captured_minor > refunded_minor and not is_disputed
),

charged as (
  select o.order_id, c.charge_id
  from orders as o
  join held as c on c.order_id = o.order_id
  union
  select o.order_id, c.charge_id
  from orders as o
  join {{ ref('stg_shop__payments') }} as p on p.order_id = o.order_id
  join held as c on c.payment_intent_id = p.processor_ref
)

select o.order_id, c.charge_id, c.currency, c.captured_minor, c.refunded_minor, o.cancelled_at, o.compared_at
from charged as d
join orders as o on o.order_id = d.order_id
join held as c on c.charge_id = d.charge_id
