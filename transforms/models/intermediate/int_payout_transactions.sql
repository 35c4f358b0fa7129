-- What a payout paid out: its balance transactions without its own. Only payouts that are recomputed.
select
  p.payout_id,
  p.balance_transaction_id,
  t.currency,
  t.net_minor
from (
  select * from {{ ref('stg_stripe__payout_transactions') }}
  where {{ touched({'payout_key': hash_key('payout_id')}) }}
) as p
join {{ ref('stg_stripe__balance_transactions') }} as t on t.balance_transaction_id = p.balance_transaction_id
-- Stripe lists the payout itself, and its way back, among what it paid out.
where coalesce(t.source_id, '') <> p.payout_id
