-- R1: every charge at Stripe has its payment in the shop, and the other way round, by id.
{{ config(severity='warn', meta={'compares_by': 'compared_at'}) }}
select
  payment_ref,
  order_id,
  processor_charge_id,
  case when source_system = 'shop' then 'no charge at Stripe' else 'no payment in the shop' end as difference,
  case when source_system = 'shop' then amount_minor else 0 end as shop_minor,
  case when source_system = 'shop' then 0 else amount_minor end as stripe_minor,
  case when source_system = 'shop' then amount_minor else -amount_minor end as difference_minor,
  created_at as compared_at
from {{ ref('fct_payments') }}
where kind in ('authorisation', 'capture')
  and status = 'succeeded'
  and {{ is_compared('created_at', 'assert_r1_charges_have_payments') }}
  and (
    source_system = 'stripe'
    or (source_system = 'shop' and not is_test and processor_charge_id is null and method in {{ stripe_methods() }})
  )
