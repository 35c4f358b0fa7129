-- Rates into the reporting currency, in ranges that leave no day out: the first rate of a currency holds for all days
-- before it, the last one for all days after. The reporting currency itself is always 1.
{% set reporting = "'" ~ var('reporting_currency') ~ "'" %}
{% set beginning = "cast('1900-01-01' as date)" %}
with quotes as (
  select
    currency,
    case when row_number() over (partition by currency order by valid_from) = 1 then {{ beginning }} else valid_from end
      as valid_from,
    usd_rate
  from {{ ref('fx_rates') }}
  where currency <> 'USD'
  union all
  select 'USD', {{ beginning }}, 1
),

-- Between two currencies the rate moves when either does.
moments as (
  select currency, valid_from from quotes
  union
  select c.currency, r.valid_from
  from (select distinct currency from quotes) as c
  cross join (select valid_from from quotes where currency = {{ reporting }}) as r
),

own as (
  select m.currency, m.valid_from, q.usd_rate
  from moments as m
  {{ asof_join('quotes', 'q', 'q.currency = m.currency', 'm.valid_from') }}
),

reporting as (
  select {{ reporting }} as currency, valid_from, usd_rate from quotes where currency = {{ reporting }}
),

crossed as (
  select
    o.currency,
    o.valid_from,
    case
      when o.currency = {{ reporting }} then cast(1 as decimal(18,9))
      -- A thousand times both, as division takes six decimals and rates have nine.
      else cast({{ divide('o.usd_rate * 1000', 'r.usd_rate * 1000', 9) }} as decimal(18,9))
    end as rate
  from (select own.*, {{ reporting }} as reporting_currency from own) as o
  {{ asof_join('reporting', 'r', 'r.currency = o.reporting_currency', 'o.valid_from') }}
)

select
  {{ hash_key('currency', 'valid_from') }} as fx_rate_key,
  currency,
  valid_from,
  coalesce(lead(valid_from) over (partition by currency order by valid_from), cast('9999-12-31' as date)) as valid_to,
  rate
from crossed
where rate is not null and (currency <> {{ reporting }} or valid_from = {{ beginning }})
