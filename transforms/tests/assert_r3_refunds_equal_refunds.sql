-- R3: a refund in the shop is what it came to at Stripe, in its own currency, and the other way round, by id. One that the
-- customer's bank sent back is a refund_failure of its own, and no difference here. One that the shop calls failed, or
-- still pending, and for which the money has left and not come back, differs by all of it.
{{ config(severity='warn', meta={'compares_by': 'compared_at'}) }}
{% set name = 'assert_r3_refunds_equal_refunds' %}
with refunds as (
  select * from {{ ref('fct_payments') }}
  where kind = 'refund' and {{ is_compared('created_at', name) }}
),

came_back as (
  select processor_charge_id, processor_minor
  from {{ ref('fct_payments') }}
  where kind = 'refund_failure'
    and {{ is_recent('created_at', name) }}
    and order_id in (select order_id from refunds where status <> 'succeeded')
),

compared as (
  select
    r.*,
    case when r.source_system = 'shop' and r.status = 'succeeded' then r.amount_minor else 0 end as shop_minor,
    case when r.source_system = 'shop' then -coalesce(r.processor_minor, 0) else r.amount_minor end as stripe_minor
  from refunds as r
)

select
  payment_ref,
  order_id,
  processor_charge_id,
  balance_transaction_id,
  status,
  currency,
  processor_currency,
  shop_minor,
  stripe_minor,
  shop_minor - stripe_minor as difference_minor,
  created_at as compared_at
from compared as c
where (source_system = 'stripe' and status = 'succeeded')
  or (
    source_system = 'shop'
    and status = 'succeeded'
    and method in {{ stripe_methods() }}
    and not (is_test and balance_transaction_id is null)
    and (shop_minor <> stripe_minor or processor_currency <> currency)
  )
  or (
    source_system = 'shop'
    and status <> 'succeeded'
    and stripe_minor <> 0
    and not exists (
      select 1 from came_back as b
      where b.processor_charge_id = c.processor_charge_id and b.processor_minor = c.stripe_minor
    )
  )
