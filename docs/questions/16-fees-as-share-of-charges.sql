-- finance: What do card payments cost us?
-- By month and currency: Stripe's fees as a share of what was charged, and what disputes took besides.
select
  cast(date_trunc('month', processor_date) as date) as month,
  currency,
  sum(charges_minor) as charges_minor,
  sum(fees_minor) as fees_minor,
  sum(disputes_minor + dispute_reversals_minor) as disputes_minor,
  round(1.0 * sum(fees_minor) / nullif(sum(charges_minor), 0), 4) as fee_share
from marts.agg_processor_daily
group by 1, 2
order by 1, 2
