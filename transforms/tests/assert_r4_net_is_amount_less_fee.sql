-- R4: net = amount - fee, movement by movement, as Stripe says it.
{{ config(severity='warn', meta={'compares_by': 'compared_at'}) }}
select
  balance_transaction_id,
  source_id,
  reporting_category,
  amount_minor - fee_minor as expected_net_minor,
  net_minor,
  net_minor - (amount_minor - fee_minor) as difference_minor,
  created_at as compared_at
from {{ ref('stg_stripe__balance_transactions') }}
where net_minor <> amount_minor - fee_minor and {{ is_compared('created_at', 'assert_r4_net_is_amount_less_fee') }}
