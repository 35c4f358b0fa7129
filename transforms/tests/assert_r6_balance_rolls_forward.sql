-- R6: the balance rolls forward. A day closes with its opening balance and everything that moved it, it opens with what the
-- day before closed with, and every movement is in the marts, with its net amount; which one is not, is listed.
{{ config(severity='warn', meta={'compares_by': 'compared_at'}) }}
with days as (
  select
    d.*,
    lag(closing_minor) over (partition by currency order by processor_date) as before_minor
  from {{ ref('agg_processor_daily') }} as d
),

movements as (
  select {{ business_date('created_at') }} as processor_date, currency, sum(net_minor) as net_minor
  from {{ ref('stg_stripe__balance_transactions') }}
  group by 1, 2
)

select
  {{ concat('d.currency', "' '", 'd.processor_date') }} as id,
  'the day does not close with what moved it' as difference,
  coalesce(d.before_minor, 0) + m.net_minor as expected_minor,
  d.closing_minor as actual_minor,
  d.closing_minor - coalesce(d.before_minor, 0) - m.net_minor as difference_minor,
  cast(null as timestamp) as compared_at
from days as d
join movements as m on m.processor_date = d.processor_date and m.currency = d.currency
where d.closing_minor <> coalesce(d.before_minor, 0) + m.net_minor
  or d.opening_minor <> coalesce(d.before_minor, 0)
  or d.net_minor <> d.charges_minor + d.refunds_minor + d.refund_failures_minor + d.disputes_minor
    + d.dispute_reversals_minor + d.adjustments_minor - d.fees_minor
union all
select
  t.balance_transaction_id,
  'the movement is not in fct_payments',
  t.net_minor,
  coalesce(p.net_minor, 0),
  coalesce(p.net_minor, 0) - t.net_minor,
  t.created_at
from (
  select * from {{ ref('stg_stripe__balance_transactions') }}
  where reporting_category not in ('payout', 'payout_reversal') and {{ is_compared('created_at', 'assert_r6_balance_rolls_forward') }}
) as t
left join (
  select balance_transaction_id, sum(net_minor) as net_minor
  from {{ ref('fct_payments') }}
  where balance_transaction_id is not null and net_minor is not null
  group by 1
) as p on p.balance_transaction_id = t.balance_transaction_id
where t.net_minor is distinct from p.net_minor
