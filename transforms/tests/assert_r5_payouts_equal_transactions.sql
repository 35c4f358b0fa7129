-- R5: a payout that arrived is the sum of what it paid out. Of one that somebody made by hand, Stripe does not say it.
-- One of which nothing is known has nothing to be compared with: it is listed once Stripe is done with telling, and so
-- old that no night reads it again.
{{ config(severity='warn', meta={'compares_by': 'compared_at'}) }}
select
  payout_id,
  case when transaction_count = 0 then 'nothing is known of what it paid out' else 'it is not what it paid out' end
    as difference,
  amount_minor as payout_minor,
  coalesce(transactions_net_minor, 0) as transactions_minor,
  transaction_count,
  coalesce(difference_minor, amount_minor) as difference_minor,
  arrival_at as compared_at
from {{ ref('fct_payouts') }}
where is_automatic
  and status = 'paid'
  and {{ is_compared('arrival_at', 'assert_r5_payouts_equal_transactions') }}
  and (
    (transaction_count > 0 and difference_minor <> 0)
    or (
      transaction_count = 0
      and amount_minor <> 0
      and reconciliation_status = 'completed'
      and created_at < (
        select {{ date_add('day', 0 - var('payout_lookback_days'), 'max(to_committed_at)') }} from _meta.loaded_batch
        where source = 'stripe'
      )
    )
  )
