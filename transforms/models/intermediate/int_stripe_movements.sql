-- What moved the balance at Stripe, payouts aside, with the object behind it, the order, and the payout that paid it out.
-- A movement whose object was not read yet has a group of its own until then. Only what is recomputed: movements are
-- looked up by the objects, and those of no object by their group. That an object is of another group, or of another
-- part of a build in parts, does not make its movement one of none.
-- The balance may be kept in another currency than the object: what is of the object (processor_minor, currency) and what
-- is of the balance (balance_minor, fee_minor, net_minor, balance_currency) are never one column.
with objects as (
  select * from {{ ref('int_stripe_objects') }}
),

movements as (
  select t.*
  from {{ ref('stg_stripe__balance_transactions') }} as t
  where t.source_id in (select object_id from objects)
    and t.reporting_category not in ('payout', 'payout_reversal')
  union all
  select t.*
  from {{ ref('stg_stripe__balance_transactions') }} as t
  left join {{ ref('stg_stripe__charges') }} as c on c.charge_id = t.source_id
  left join {{ ref('stg_stripe__refunds') }} as r on r.stripe_refund_id = t.source_id
  left join {{ ref('stg_stripe__disputes') }} as d on d.dispute_id = t.source_id
  where {{ touched({'payment_group_id': 't.own_group_id'}) }}
    and t.reporting_category not in ('payout', 'payout_reversal')
    and c.charge_id is null and r.stripe_refund_id is null and d.dispute_id is null
),

paid_out as (
  select * from {{ ref('stg_stripe__payout_transactions') }}
  where balance_transaction_id in (select balance_transaction_id from movements)
)

select
  t.balance_transaction_id,
  t.source_id,
  t.reporting_category,
  case t.reporting_category
    when 'charge' then 'capture'
    when 'refund' then 'refund'
    when 'dispute' then 'dispute'
    when 'dispute_reversal' then 'dispute_reversal'
    when 'refund_failure' then 'refund_failure'
    when 'fee' then 'fee'
    else 'adjustment'
  end as kind,
  -- as the balance says it where it is kept in the object's currency, else the object's own amount with the movement's sign
  case
    when o.object_id is null or o.currency = t.currency then t.amount_minor
    else sign(t.amount_minor) * case o.object_kind when 'charge' then o.captured_minor else o.amount_minor end
  end as processor_minor,
  coalesce(o.currency, t.currency) as currency,
  t.amount_minor as balance_minor,
  t.fee_minor,
  t.net_minor,
  t.currency as balance_currency,
  t.created_at,
  t.available_at,
  p.payout_id,
  o.object_kind,
  o.charge_id,
  o.payment_intent_id,
  o.order_id,
  coalesce(o.payment_group_id, t.own_group_id) as payment_group_id,
  o.card_brand,
  o.card_country,
  o.method
from movements as t
left join objects as o on o.object_id = t.source_id
left join paid_out as p on p.balance_transaction_id = t.balance_transaction_id
