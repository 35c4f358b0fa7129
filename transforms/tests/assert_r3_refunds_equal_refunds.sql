-- R3: a refund in the shop is what it came to at Stripe, in its own currency, and the other way round, by id. One that the
-- customer's bank sent back is a refund_failure of its own, and no difference here.
{{ config(severity='warn', meta={'compares_by': 'compared_at'}) }}
select
  payment_ref,
  order_id,
  processor_charge_id,
  balance_transaction_id,
  currency,
  processor_currency,
  case when source_system = 'shop' then amount_minor else 0 end as shop_minor,
  case when source_system = 'shop' then -coalesce(processor_minor, 0) else amount_minor end as stripe_minor,
  case when source_system = 'shop' then amount_minor + coalesce(processor_minor, 0) else -amount_minor end
    as difference_minor,
  created_at as compared_at
from {{ ref('fct_payments') }}
where kind = 'refund'
  and status = 'succeeded'
  and {{ is_compared('created_at', 'assert_r3_refunds_equal_refunds') }}
  and (
    source_system = 'stripe'
    or (
      source_system = 'shop'
      and method in {{ stripe_methods() }}
      and not (is_test and balance_transaction_id is null)
      and (amount_minor + coalesce(processor_minor, 0) <> 0 or processor_currency <> currency)
    )
  )
