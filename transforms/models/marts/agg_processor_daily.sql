-- The balance at Stripe by business day, as it stood before and after, rolled forward from zero. A change of a past day
-- changes the balance of every later one, so that a currency is made anew whole, of its few daily moves.
with rolled as (
  select
    m.*,
    sum(net_minor + payouts_minor) over (
      partition by currency order by processor_date rows unbounded preceding
    ) as balance_minor
  from {{ ref('agg_processor_moves_daily') }} as m
  where {{ touched('currency') }}
)

select
  processor_day_key,
  processor_date,
  currency,
  charges_minor,
  refunds_minor,
  refund_failures_minor,
  disputes_minor,
  dispute_reversals_minor,
  adjustments_minor,
  fees_minor,
  net_minor,
  payouts_minor,
  charge_count,
  refund_count,
  dispute_count,
  payout_count,
  cast(balance_minor - net_minor - payouts_minor as bigint) as opening_minor,
  cast(balance_minor as bigint) as closing_minor
from rolled
