-- What moved the balance at Stripe on a business day. The balance itself is made of these few rows, so that one movement
-- more never means reading all of its currency again.
with days as (
  select
    movement_date,
    currency,
    sum(case when reporting_category = 'charge' then amount_minor else 0 end) as charges_minor,
    sum(case when reporting_category = 'refund' then amount_minor else 0 end) as refunds_minor,
    sum(case when reporting_category = 'refund_failure' then amount_minor else 0 end) as refund_failures_minor,
    sum(case when reporting_category = 'dispute' then amount_minor else 0 end) as disputes_minor,
    sum(case when reporting_category = 'dispute_reversal' then amount_minor else 0 end) as dispute_reversals_minor,
    sum(case when reporting_category in ('payout', 'payout_reversal') then amount_minor else 0 end) as payouts_minor,
    sum(
      case
        when reporting_category in (
          'charge', 'refund', 'refund_failure', 'dispute', 'dispute_reversal', 'payout', 'payout_reversal'
        ) then 0
        else amount_minor
      end
    ) as adjustments_minor,
    sum(fee_minor) as fees_minor,
    sum(net_minor) as net_minor,
    sum(case when reporting_category = 'charge' then 1 else 0 end) as charge_count,
    sum(case when reporting_category = 'refund' then 1 else 0 end) as refund_count,
    sum(case when reporting_category = 'dispute' then 1 else 0 end) as dispute_count,
    sum(case when reporting_category = 'payout' then 1 else 0 end) as payout_count
  from {{ ref('int_balance_movements') }}
  group by movement_date, currency
)

select
  {{ hash_key('movement_date', 'currency') }} as processor_day_key,
  movement_date as processor_date,
  currency,
  cast(charges_minor as bigint) as charges_minor,
  cast(refunds_minor as bigint) as refunds_minor,
  cast(refund_failures_minor as bigint) as refund_failures_minor,
  cast(disputes_minor as bigint) as disputes_minor,
  cast(dispute_reversals_minor as bigint) as dispute_reversals_minor,
  cast(adjustments_minor as bigint) as adjustments_minor,
  cast(fees_minor as bigint) as fees_minor,
  cast(net_minor - payouts_minor as bigint) as net_minor,
  cast(payouts_minor as bigint) as payouts_minor,
  cast(charge_count as bigint) as charge_count,
  cast(refund_count as bigint) as refund_count,
  cast(dispute_count as bigint) as dispute_count,
  cast(payout_count as bigint) as payout_count
from days
