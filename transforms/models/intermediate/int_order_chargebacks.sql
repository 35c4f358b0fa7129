-- What disputes moved: a withdrawal takes the money (negative), a reversal gives it back (positive), each on the day of
-- its balance transaction, without the dispute's fee. The order is the one whose payment has the dispute's payment
-- intent; what Stripe says of itself counts only where the shop has no such payment. Only orders that are recomputed.
{% set of_order = {'order_id': 'order_id', 'event_group_id': 'order_id'} %}
-- an intent that payments of two orders name is of the lower order id, whichever of them is recomputed
with payments as (
  select processor_ref, min(order_id) as order_id
  from {{ ref('stg_shop__payments') }}
  where processor_ref in (
    select p.processor_ref
    from (
      select processor_ref from {{ ref('stg_shop__payments') }}
      where processor_ref is not null and {{ touched(of_order) }}
    ) as p
    join {{ ref('stg_stripe__disputes') }} as d on d.payment_intent_id = p.processor_ref
  )
  group by processor_ref
),

-- orders that Stripe's own data name, of the dispute or else of its charge
named as (
  select dispute_id, payment_intent_id, order_id
  from {{ ref('stg_stripe__disputes') }}
  where order_id is not null and {{ touched(of_order) }}
  union all
  select d.dispute_id, d.payment_intent_id, c.order_id
  from (
    select charge_id, order_id from {{ ref('stg_stripe__charges') }}
    where order_id is not null and {{ touched(of_order) }}
  ) as c
  join {{ ref('stg_stripe__disputes') }} as d on d.charge_id = c.charge_id
  where d.order_id is null
),

unpaid as (
  select n.dispute_id, n.payment_intent_id, n.order_id
  from named as n
  left join payments as p on p.processor_ref = n.payment_intent_id
  where p.processor_ref is null
),

disputes as (
  select d.dispute_id, p.order_id
  from {{ ref('stg_stripe__disputes') }} as d
  join payments as p on p.processor_ref = d.payment_intent_id
  where {{ touched({'order_id': 'p.order_id', 'event_group_id': 'p.order_id'}) }}
  union all
  -- a payment of an order that is not recomputed now may have it
  select n.dispute_id, n.order_id
  from unpaid as n
  left join {{ ref('stg_shop__payments') }} as p on p.processor_ref = n.payment_intent_id
  where p.payment_id is null
)

select
  t.balance_transaction_id as chargeback_ref,
  d.order_id,
  case when t.reporting_category = 'dispute' then 'chargeback' else 'chargeback_reversal' end as event_type,
  t.amount_minor,
  t.currency,
  t.created_at as event_at
from {{ ref('stg_stripe__balance_transactions') }} as t
join disputes as d on d.dispute_id = t.source_id
where t.reporting_category in ('dispute', 'dispute_reversal')
