-- R2: a capture in the shop is what its charge brought to the balance at Stripe, before fees; one that brought nothing there
-- differs by all of it. Charges without a payment are R1's.
{{ config(severity='warn') }}
select
  payment_ref,
  order_id,
  processor_charge_id,
  balance_transaction_id,
  amount_minor as shop_minor,
  coalesce(net_minor + fee_minor, 0) as stripe_minor,
  amount_minor - coalesce(net_minor + fee_minor, 0) as difference_minor
from {{ ref('fct_payments') }}
where source_system = 'shop'
  and kind = 'capture'
  and status = 'succeeded'
  and processor_charge_id is not null
  and amount_minor <> coalesce(net_minor + fee_minor, 0)
  and {{ is_compared('created_at') }}
