-- R6: the balance rolls forward. A day closes with its opening balance and everything that moved it, it opens with what the
-- day before closed with, and every movement is in the marts, with its net amount and the
-- payout that paid it out; which one is not, is listed. Of days and
-- movements in the window of reconciliations, as the others do.
{{ config(severity='warn', meta={'compares_by': 'compared_at'}) }}
{% set name = 'assert_r6_balance_rolls_forward' %}
with days as (
  select
    d.*,
    -- a business day begins after this in every time zone: where this is in the window, all of the day is
    {{ date_add('day', -1, 'cast(processor_date as timestamp)') }} as begins_after,
    lag(closing_minor) over (partition by currency order by processor_date) as before_minor
  from {{ ref('agg_processor_daily') }} as d
),

recent_days as (
  select * from days where {{ is_recent('begins_after', name) }}
),

moved as (
  select {{ business_date('created_at') }} as processor_date, currency, sum(net_minor) as net_minor
  from {{ ref('stg_stripe__balance_transactions') }}
  where {{ is_recent('created_at', name) }}
  group by 1, 2
),

movements as (
  select t.balance_transaction_id, t.net_minor, p.payout_id, t.created_at
  from (
    select * from {{ ref('stg_stripe__balance_transactions') }}
    where reporting_category not in ('payout', 'payout_reversal') and {{ is_compared('created_at', name) }}
  ) as t
  left join {{ ref('stg_stripe__payout_transactions') }} as p on p.balance_transaction_id = t.balance_transaction_id
),

-- A row stands at the time of the shop's payment where there is one: that is looked for about the time of the movement,
-- and only of what is not found there in the whole fact.
near as (
  select balance_transaction_id, sum(net_minor) as net_minor, min(payout_id) as payout_id
  from {{ ref('fct_payments') }}
  where net_minor is not null
    and created_at >= (select {{ date_add('day', -7, 'min(created_at)') }} from movements)
  group by 1
),

not_near as (
  select t.*
  from movements as t
  left join near as p on p.balance_transaction_id = t.balance_transaction_id
  where t.net_minor is distinct from p.net_minor or t.payout_id is distinct from p.payout_id
),

anywhere as (
  select balance_transaction_id, sum(net_minor) as net_minor, min(payout_id) as payout_id
  from {{ ref('fct_payments') }}
  where net_minor is not null and balance_transaction_id in (select balance_transaction_id from not_near)
  group by 1
)

select
  {{ concat('d.currency', "' '", 'd.processor_date') }} as id,
  'the day does not close with what moved it' as difference,
  coalesce(d.before_minor, 0) + coalesce(m.net_minor, 0) as expected_minor,
  d.closing_minor as actual_minor,
  d.closing_minor - coalesce(d.before_minor, 0) - coalesce(m.net_minor, 0) as difference_minor,
  d.begins_after as compared_at
from recent_days as d
left join moved as m on m.processor_date = d.processor_date and m.currency = d.currency
where d.closing_minor <> coalesce(d.before_minor, 0) + coalesce(m.net_minor, 0)
  or d.opening_minor <> coalesce(d.before_minor, 0)
  or d.net_minor <> d.charges_minor + d.refunds_minor + d.refund_failures_minor + d.disputes_minor
    + d.dispute_reversals_minor + d.adjustments_minor - d.fees_minor
union all
select
  t.balance_transaction_id,
  case
    when t.net_minor is distinct from p.net_minor then 'the movement is not in fct_payments'
    else 'the movement is told to another payout'
  end,
  t.net_minor,
  coalesce(p.net_minor, 0),
  coalesce(p.net_minor, 0) - t.net_minor,
  t.created_at
from not_near as t
left join anywhere as p on p.balance_transaction_id = t.balance_transaction_id
where t.net_minor is distinct from p.net_minor or t.payout_id is distinct from p.payout_id
