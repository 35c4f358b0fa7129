-- One row a payment transaction: what the shops know, joined to what it came to at Stripe, and what only Stripe knows.
-- cash_minor is what really moved: captures, reversals and returned refunds in; refunds, disputes and fees out. Where the
-- balance moved, that counts, whatever the shop says became of it: a refund that failed later has its way back as a row.
with payments as (
  select p.*, {{ minor('p.amount', 'p.currency') }} as amount_minor
  from {{ ref('int_payments') }} as p
),

objects as (
  select * from {{ ref('int_stripe_objects') }}
),

movements as (
  select
    m.*,
    row_number() over (partition by m.payment_intent_id, m.kind order by m.created_at, m.balance_transaction_id) as nth
  from {{ ref('int_stripe_movements') }} as m
),

-- The n-th capture of a payment intent is its n-th charge to the balance. Where payments of two orders name one intent,
-- Stripe's objects are of one of them: whatever is joined is of one order.
captures as (
  select
    payment_id,
    order_id,
    processor_ref,
    row_number() over (partition by processor_ref, order_id order by created_at, payment_id) as nth
  from payments
  where source_system = 'shop' and kind = 'capture' and status = 'succeeded' and processor_ref is not null
),

captured as (
  select c.payment_id, m.balance_transaction_id, m.charge_id
  from captures as c
  join movements as m
    on m.payment_intent_id = c.processor_ref and m.order_id = c.order_id and m.nth = c.nth and m.kind = 'capture'
),

-- a refund at Stripe names the shop's payment; those that do not are told by payment intent, amount and order
shop_refunds as (
  select payment_id, order_id, processor_ref, amount_minor, created_at
  from payments
  where source_system = 'shop' and kind = 'refund'
),

stripe_refunds as (
  select * from objects where object_kind = 'refund'
),

named_refunds as (
  select s.payment_id, min(r.object_id) as object_id
  from shop_refunds as s
  join stripe_refunds as r on r.payment_id = s.payment_id and r.order_id = s.order_id
  group by s.payment_id
),

refunded as (
  select payment_id, object_id from named_refunds
  union all
  select s.payment_id, r.object_id
  from (
    select
      s.*,
      row_number() over (
        partition by s.processor_ref, s.order_id, s.amount_minor order by s.created_at, s.payment_id
      ) as nth
    from shop_refunds as s
    left join named_refunds as n on n.payment_id = s.payment_id
    where n.payment_id is null and s.processor_ref is not null
  ) as s
  join (
    select
      r.*,
      row_number() over (partition by r.payment_intent_id, r.amount_minor order by r.created_at, r.object_id) as nth
    from stripe_refunds as r
    left join named_refunds as n on n.object_id = r.object_id
    where n.object_id is null
  ) as r
    on r.payment_intent_id = s.processor_ref and r.order_id = s.order_id and r.amount_minor = s.amount_minor
      and r.nth = s.nth
),

-- the movement that each row of the shop came to
settled as (
  select payment_id, null as object_id, balance_transaction_id from captured
  union all
  select f.payment_id, f.object_id, min(m.balance_transaction_id)
  from refunded as f
  left join movements as m on m.source_id = f.object_id and m.kind = 'refund'
  group by f.payment_id, f.object_id
),

shop_rows as (
  select
    p.payment_ref,
    p.source_system,
    p.payment_id,
    p.order_id as payment_group_id,
    p.order_id,
    p.kind,
    p.method,
    p.status,
    p.currency,
    p.amount_minor,
    case
      when m.balance_transaction_id is null and (p.status <> 'succeeded' or r.status in ('failed', 'canceled')) then 0
      when p.kind = 'capture' then p.amount_minor
      when p.kind = 'refund' then -p.amount_minor
      else 0
    end as cash_minor,
    m.processor_minor,
    case when m.balance_transaction_id is not null then m.currency end as processor_currency,
    m.balance_minor,
    m.fee_minor,
    m.net_minor,
    m.balance_currency,
    coalesce(m.charge_id, r.charge_id, c.charge_id) as processor_charge_id,
    m.balance_transaction_id,
    m.payout_id,
    m.available_at,
    c.card_brand,
    c.card_country,
    p.created_at
  from payments as p
  -- below the source is part of a key: as a condition of its own it makes the join a loop over both sides
  left join (
    select * from objects where object_kind = 'charge' and attempt = 1 and is_known
  ) as c
    on c.payment_intent_id = p.processor_ref
    and c.order_id = case when p.source_system = 'shop' then p.order_id end
  left join settled as k on k.payment_id = case when p.source_system = 'shop' then p.payment_id end
  left join stripe_refunds as r on r.object_id = k.object_id
  left join movements as m on m.balance_transaction_id = k.balance_transaction_id
),

-- movements that no row of the shop stands for
stripe_movements as (
  select m.*
  from movements as m
  left join captured as k on k.balance_transaction_id = m.balance_transaction_id
  left join refunded as f on m.kind = 'refund' and f.object_id = m.source_id
  where k.payment_id is null and f.payment_id is null
),

-- objects that neither the shop nor a movement stands for: attempts that failed, what was never captured or is pending
stripe_objects as (
  select o.*
  from objects as o
  left join (select distinct source_id from movements where kind in ('capture', 'refund')) as m on m.source_id = o.object_id
  left join refunded as f on f.object_id = o.object_id
  where m.source_id is null and f.object_id is null
    and (o.object_kind = 'refund' or (o.object_kind = 'charge' and not (o.is_known and o.attempt = 1)))
),

stripe_rows as (
  select
    {{ concat("'stripe:'", 'balance_transaction_id') }} as payment_ref,
    payment_group_id,
    order_id,
    kind,
    coalesce(method, 'unknown') as method,
    'succeeded' as status,
    currency,
    case when kind = 'adjustment' then processor_minor when kind = 'fee' then -processor_minor else abs(processor_minor) end
      as amount_minor,
    processor_minor as cash_minor,
    processor_minor,
    currency as processor_currency,
    balance_minor,
    fee_minor,
    net_minor,
    balance_currency,
    charge_id as processor_charge_id,
    balance_transaction_id,
    payout_id,
    available_at,
    card_brand,
    card_country,
    created_at
  from stripe_movements
  union all
  -- what Stripe keeps of a movement, in the balance's currency; fee_minor and net_minor stand in the row of the movement
  select
    {{ concat("'stripe:'", 'balance_transaction_id', "':fee'") }},
    payment_group_id, order_id, 'fee', coalesce(method, 'unknown'), 'succeeded', balance_currency, fee_minor,
    -fee_minor, null, null, -fee_minor, null, null, balance_currency, charge_id, balance_transaction_id, payout_id,
    available_at, card_brand, card_country, created_at
  from movements
  where fee_minor <> 0
  union all
  select
    {{ concat("'stripe:'", 'object_id') }},
    payment_group_id,
    order_id,
    case when object_kind = 'refund' then 'refund' when is_captured then 'capture' else 'authorisation' end,
    method,
    case when status in ('succeeded', 'failed', 'pending') then status when status = 'canceled' then 'failed' else 'pending' end,
    currency,
    amount_minor,
    -- captured, and its movement was not read yet
    case when object_kind = 'charge' and is_captured then captured_minor else 0 end,
    null, null, null, null, null, null, charge_id, null, null, null, card_brand, card_country, created_at
  from stripe_objects
),

transactions as (
  select
    payment_ref, source_system, payment_id, payment_group_id, order_id, kind, method, status, currency, amount_minor,
    cash_minor, processor_minor, processor_currency, balance_minor, fee_minor, net_minor, balance_currency,
    processor_charge_id, balance_transaction_id, payout_id, available_at, card_brand, card_country, created_at
  from shop_rows
  union all
  select
    payment_ref, 'stripe', null, payment_group_id, order_id, kind, method, status, currency, amount_minor, cash_minor,
    processor_minor, processor_currency, balance_minor, fee_minor, net_minor, balance_currency, processor_charge_id,
    balance_transaction_id, payout_id, available_at, card_brand, card_country, created_at
  from stripe_rows
)

select
  {{ hash_key('t.payment_ref') }} as payment_key,
  t.payment_ref,
  t.source_system,
  t.payment_id,
  t.payment_group_id,
  case when o.order_id is null then -1 else {{ hash_key('t.order_id') }} end as order_key,
  t.order_id,
  coalesce(cu.customer_key, -1) as customer_key,
  coalesce(cu.customer_durable_key, -1) as customer_durable_key,
  coalesce(cu.person_key, -1) as person_key,
  t.kind,
  t.method,
  case
    when w.method is not null then {{ hash_key('w.method') }}
    when t.kind = 'adjustment' then -2
    else -1
  end as payment_method_key,
  t.status,
  coalesce(o.channel, 'Unknown') as channel,
  t.currency,
  coalesce(o.is_test, false) as is_test,
  cast(t.amount_minor as bigint) as amount_minor,
  cast(t.cash_minor as bigint) as cash_minor,
  cast(t.processor_minor as bigint) as processor_minor,
  t.processor_currency,
  cast(t.balance_minor as bigint) as balance_minor,
  cast(t.fee_minor as bigint) as fee_minor,
  cast(t.net_minor as bigint) as net_minor,
  t.balance_currency,
  t.processor_charge_id,
  t.balance_transaction_id,
  t.payout_id,
  t.card_brand,
  t.card_country,
  t.created_at,
  t.available_at,
  {{ business_date('t.created_at') }} as payment_date
from transactions as t
left join (
  select * from {{ ref('int_orders') }} where {{ touched({'payment_group_id': 'order_id'}) }}
) as o on o.order_id = t.order_id
left join {{ ref('int_payment_methods') }} as w on w.method = t.method
{{ asof_join(ref('dim_customer'), 'cu', 'cu.customer_id = o.customer_id', 'coalesce(o.placed_at, t.created_at)') }}
