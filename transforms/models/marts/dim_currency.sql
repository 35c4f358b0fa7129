-- One row a currency: those of the list, and whatever else facts name, whose digits are then a guess.
with used as (
  select currency from {{ ref('fct_orders') }} where {{ touched('currency') }}
  union
  select currency from {{ ref('int_cancellations') }} where {{ touched('currency') }}
  union
  select currency from {{ ref('fct_payments') }} where {{ touched('currency') }}
  union
  select balance_currency from {{ ref('fct_payments') }} where {{ touched('balance_currency') }}
  union
  select currency from {{ ref('currencies') }} where {{ touched('currency') }}
),

rated as (
  select distinct currency from {{ ref('fx_rate') }} where {{ touched('currency') }}
)

select
  {{ hash_key('u.currency') }} as currency_key,
  u.currency,
  coalesce(c.currency_name, 'Unknown') as currency_name,
  coalesce(c.minor_digits, 2) as minor_digits,
  r.currency is not null as has_rate,
  c.currency is null as is_inferred,
  false as is_standing
from used as u
left join {{ ref('currencies') }} as c on c.currency = u.currency
left join rated as r on r.currency = u.currency
where u.currency is not null and u.currency not in (select s.currency from {{ standing_members('currency') }} as s)
union all
select m.member_key, m.currency, m.currency, 2, false, m.currency = 'Unknown', true
from {{ standing_members('currency') }} as m
where {{ touched('m.currency') }}
