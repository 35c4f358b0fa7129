-- finance: How many chargebacks are there, and how much of their money comes back?
-- By month in which the money was taken and currency: charges that were charged back, those of them of which all was given
-- back since (won) and of which a part was, the money taken and given back, and the difference: lost, or not decided yet.
-- A charge counts whether its order is known or not. Without what Stripe keeps for a dispute, which is a fee.
with charges as (
  select
    coalesce(processor_charge_id, payment_ref) as charge_id,
    currency,
    min(case when kind = 'dispute' then payment_date end) as taken_on,
    -sum(case when kind = 'dispute' then cash_minor else 0 end) as taken_minor,
    sum(case when kind = 'dispute_reversal' then cash_minor else 0 end) as back_minor
  from marts.fct_payments
  where kind in ('dispute', 'dispute_reversal') and not is_test
  group by 1, 2
)

select
  cast(date_trunc('month', taken_on) as date) as month,
  currency,
  count(*) as chargebacks,
  sum(case when back_minor >= taken_minor then 1 else 0 end) as won,
  sum(case when back_minor > 0 and back_minor < taken_minor then 1 else 0 end) as partly_won,
  sum(taken_minor) as taken_minor,
  sum(back_minor) as given_back_minor,
  sum(taken_minor - back_minor) as lost_or_open_minor
from charges
where taken_on is not null
group by 1, 2
order by 1, 2
