-- Orders that the shop has cancelled and Stripe still holds money for. Both are told as they are: the cancellation in
-- the order's facts, the money in the payments'; somebody has to give it back, or to find out why not.
{{ config(severity='warn', meta={'compares_by': 'compared_at'}) }}
select o.order_id, c.charge_id, c.currency, c.captured_minor, c.refunded_minor, o.cancelled_at,
  coalesce(o.cancelled_at, o.updated_at) as compared_at
from {{ ref('stg_shop__orders') }} as o
join (
  select * from {{ ref('stg_stripe__charges') }}
  where captured_minor > refunded_minor and not is_disputed
) as c on c.order_id = o.order_id
where o.status = 'cancelled' and {{ is_compared('coalesce(o.cancelled_at, o.updated_at)', 'assert_cancelled_orders_are_not_charged') }}
