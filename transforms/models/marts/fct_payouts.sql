-- One row a payout, with the sum of what it paid out as Stripe lists it.
with transactions as (
  select payout_id, count(*) as transaction_count, sum(net_minor) as net_minor
  from {{ ref('int_payout_transactions') }}
  group by payout_id
)

select
  {{ hash_key('p.payout_id') }} as payout_key,
  p.payout_id,
  p.currency,
  p.status,
  p.payout_type,
  p.method,
  p.is_automatic,
  p.reconciliation_status,
  p.failure_code,
  p.balance_transaction_id,
  cast(p.amount_minor as bigint) as amount_minor,
  cast(coalesce(t.transaction_count, 0) as bigint) as transaction_count,
  cast(t.net_minor as bigint) as transactions_net_minor,
  cast(p.amount_minor - t.net_minor as bigint) as difference_minor,
  p.created_at,
  p.arrival_at,
  {{ business_date('p.created_at') }} as payout_date,
  {{ business_date('p.arrival_at') }} as arrival_date
from {{ ref('int_payouts') }} as p
left join transactions as t on t.payout_id = p.payout_id
