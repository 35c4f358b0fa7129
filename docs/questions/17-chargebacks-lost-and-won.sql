-- finance: How many chargebacks are there, and how many do we win?
-- By month of the chargeback and currency: orders whose payment was taken back, those of them for which it was given back
-- later, and what is lost so far.
with taken as (
  select order_key, currency, min(event_date) as taken_on, -sum(amount_minor) as taken_minor
  from marts.fct_order_events
  where event_type = 'chargeback' and not is_test
  group by order_key, currency
),

given_back as (
  select order_key, sum(amount_minor) as back_minor
  from marts.fct_order_events
  where event_type = 'chargeback_reversal' and not is_test
  group by order_key
)

select
  cast(date_trunc('month', t.taken_on) as date) as month,
  t.currency,
  count(*) as chargebacks,
  count(b.order_key) as won,
  sum(t.taken_minor) as taken_minor,
  sum(coalesce(b.back_minor, 0)) as won_minor,
  sum(t.taken_minor - coalesce(b.back_minor, 0)) as lost_minor
from taken as t
left join given_back as b on b.order_key = t.order_key
group by 1, 2
order by 1, 2
