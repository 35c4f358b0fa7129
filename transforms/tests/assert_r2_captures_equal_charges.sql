-- R2: a capture in the shop is what its charge came to at Stripe, in the charge's own currency and before fees; one that
-- moved no balance differs by all of it, one in another currency by its unit. Charges without a payment are R1's.
{{ config(severity='warn', meta={'compares_by': 'compared_at'}) }}
select
  payment_ref,
  order_id,
  processor_charge_id,
  balance_transaction_id,
  currency,
  processor_currency,
  amount_minor as shop_minor,
  coalesce(processor_minor, 0) as stripe_minor,
  amount_minor - coalesce(processor_minor, 0) as difference_minor,
  created_at as compared_at
from {{ ref('fct_payments') }}
where source_system = 'shop'
  and kind = 'capture'
  and status = 'succeeded'
  and processor_charge_id is not null
  and (amount_minor <> coalesce(processor_minor, 0) or processor_currency <> currency)
  and {{ is_compared('created_at', 'assert_r2_captures_equal_charges') }}
