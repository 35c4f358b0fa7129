-- finance: What is in the payouts of the last seven days?
-- Every payout made in the seven days up to the newest one: what its charges brought, what refunds, disputes and fees took,
-- and what is left unexplained, which is zero unless Stripe has not said yet, or the payout was made by hand.
with recent as (
  select max(payout_date) as newest from marts.fct_payouts
),

parts as (
  select
    payout_id,
    sum(case when kind = 'capture' then net_minor + fee_minor else 0 end) as charges_minor,
    sum(case when kind in ('refund', 'refund_failure') then net_minor + fee_minor else 0 end) as refunds_minor,
    sum(case when kind in ('dispute', 'dispute_reversal') then net_minor + fee_minor else 0 end) as disputes_minor,
    -sum(fee_minor) as fees_minor,
    sum(net_minor) as net_minor
  from marts.fct_payments
  where payout_id is not null and kind <> 'fee'
  group by payout_id
)

select
  p.payout_id,
  p.payout_date,
  p.arrival_date,
  p.status,
  p.currency,
  p.amount_minor,
  coalesce(t.charges_minor, 0) as charges_minor,
  coalesce(t.refunds_minor, 0) as refunds_minor,
  coalesce(t.disputes_minor, 0) as disputes_minor,
  coalesce(t.fees_minor, 0) as fees_minor,
  p.amount_minor - coalesce(t.net_minor, 0) as unexplained_minor
from marts.fct_payouts as p
cross join recent as r
left join parts as t on t.payout_id = p.payout_id
where datediff('day', p.payout_date, r.newest) < 7
order by p.payout_date, p.payout_id
