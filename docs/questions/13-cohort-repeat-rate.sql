-- finance: How many customers of a month come back?
-- Persons by the month of their first order, under whatever record they ordered; the share that ordered again within 30, 90
-- and 365 days. A cohort younger than the span has not had its chance yet: its rate still grows.
with orders as (
  select person_key, order_key, order_date,
    row_number() over (partition by person_key order by placed_at, order_key) as nth
  from marts.fct_orders
  where not is_test and person_key <> -1
),

firsts as (
  select person_key, order_date as first_date from orders where nth = 1
),

seconds as (
  select person_key, order_date as second_date from orders where nth = 2
)

select
  cast(date_trunc('month', f.first_date) as date) as cohort,
  count(*) as customers,
  sum(case when datediff('day', f.first_date, s.second_date) <= 30 then 1 else 0 end) as again_in_30_days,
  sum(case when datediff('day', f.first_date, s.second_date) <= 90 then 1 else 0 end) as again_in_90_days,
  sum(case when datediff('day', f.first_date, s.second_date) <= 365 then 1 else 0 end) as again_in_365_days,
  round(1.0 * count(s.second_date) / count(*), 4) as repeat_rate
from firsts as f
left join seconds as s on s.person_key = f.person_key
group by 1
order by 1
