-- Charges, refunds and disputes with the order that each belongs to: that of the shop's payment with the same payment
-- intent, or else the one that Stripe's metadata name (its own, or its charge's). Only what is recomputed, and exact for
-- it: payment intents are looked for among all payments. One that payments of two orders name is of the lower order id.
{% set of_order = {'payment_group_id': 'order_id'} %}
with own_intents as (
  select distinct processor_ref
  from {{ ref('stg_shop__payments') }}
  where processor_ref is not null and {{ touched(of_order) }}
),

charges as (
  select * from {{ ref('stg_stripe__charges') }}
  where {{ touched(of_order) }}
    or payment_intent_id in (select processor_ref from own_intents)
    or {{ touched({'payment_group_id': 'own_group_id'}) }}
),

refunds as (
  select * from {{ ref('stg_stripe__refunds') }}
  where {{ touched(of_order) }}
    or payment_intent_id in (select processor_ref from own_intents)
    or charge_id in (select charge_id from charges)
    or {{ touched({'payment_group_id': 'own_group_id'}) }}
),

disputes as (
  select * from {{ ref('stg_stripe__disputes') }}
  where {{ touched(of_order) }}
    or payment_intent_id in (select processor_ref from own_intents)
    or charge_id in (select charge_id from charges)
    or {{ touched({'payment_group_id': 'own_group_id'}) }}
),

objects as (
  select
    'charge' as object_kind, charge_id as object_id, charge_id, payment_intent_id, order_id, payment_id, amount_minor,
    captured_minor, currency, status, is_paid, is_captured, card_brand, card_country, card_funding,
    coalesce(wallet, 'card') as method, created_at
  from charges
  union all
  select
    'refund', r.stripe_refund_id, r.charge_id, coalesce(r.payment_intent_id, c.payment_intent_id),
    coalesce(r.order_id, c.order_id), r.payment_id, r.amount_minor, 0, r.currency, r.status, false, false,
    c.card_brand, c.card_country, c.card_funding, coalesce(c.wallet, 'card'), r.created_at
  from refunds as r
  left join {{ ref('stg_stripe__charges') }} as c on c.charge_id = r.charge_id
  union all
  select
    'dispute', d.dispute_id, d.charge_id, coalesce(d.payment_intent_id, c.payment_intent_id),
    coalesce(d.order_id, c.order_id), null, d.amount_minor, 0, d.currency, d.status, false, false,
    c.card_brand, c.card_country, c.card_funding, coalesce(c.wallet, 'card'), d.created_at
  from disputes as d
  left join {{ ref('stg_stripe__charges') }} as c on c.charge_id = d.charge_id
),

payments as (
  select processor_ref, min(order_id) as order_id
  from {{ ref('stg_shop__payments') }}
  where processor_ref in (select payment_intent_id from objects where payment_intent_id is not null)
  group by processor_ref
)

select
  o.object_kind,
  o.object_id,
  o.charge_id,
  o.payment_intent_id,
  coalesce(p.order_id, o.order_id) as order_id,
  coalesce(p.order_id, o.order_id, -{{ hash_key('o.object_id') }}) as payment_group_id,
  p.processor_ref is not null as is_known,
  o.payment_id,
  o.amount_minor,
  o.captured_minor,
  o.currency,
  o.status,
  o.is_captured,
  o.card_brand,
  o.card_country,
  o.card_funding,
  o.method,
  o.created_at,
  -- of several attempts the one that was paid, and of these the last
  row_number() over (
    partition by o.object_kind, o.payment_intent_id
    order by case when o.is_paid then 0 else 1 end, case when o.is_captured then 0 else 1 end, o.created_at desc,
      o.object_id desc
  ) as attempt
from objects as o
left join payments as p on p.processor_ref = o.payment_intent_id
where {{ touched({'payment_group_id': 'coalesce(p.order_id, o.order_id, -' ~ hash_key('o.object_id') ~ ')'}) }}
