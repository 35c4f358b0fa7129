-- Every movement of the balance at Stripe, payouts among them. Only days that are recomputed.
select
  balance_transaction_id,
  reporting_category,
  transaction_type,
  currency,
  amount_minor,
  fee_minor,
  net_minor,
  created_at,
  {{ business_date('created_at') }} as movement_date
from {{ ref('stg_stripe__balance_transactions') }}
where {{ touched({'processor_date': business_date('created_at')}, at='created_at') }}
