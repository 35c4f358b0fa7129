-- R8, staging to marts: every payment transaction that the shop knows, and Shopify's of orders that the shop does not
-- have, is in fct_payments once, as what it is, on its day, with its amount, and moved it or nothing, whatever means it was paid by. What
-- goes through Stripe may have come to nothing there, or have moved though it failed: R2 and R3 tell of that.
{% set orders = {
  'fct_payments': 'order_id',
  'stg_shop__payments': 'order_id',
  'stg_shopify__transactions': 'order_id',
  'stg_shop__orders': 'order_id',
} %}
with staged as (
  select 'shop' as source_system, payment_id, order_id, kind, method, created_at,
    {{ minor('amount', 'currency') }} as amount_minor,
    case kind when 'capture' then 1 when 'refund' then -1 else 0 end as direction, status = 'succeeded' as is_done,
    method in {{ stripe_methods() }} or processor_ref is not null as is_at_stripe
  from {{ ref('stg_shop__payments') }}
  where {{ touched_in_run('order_id', orders) }}
  union all
  select 'shopify', t.payment_id, t.order_id,
    case
      when upper(t.kind) in ('SALE', 'CAPTURE') then 'capture'
      when upper(t.kind) in ('REFUND', 'CHANGE') then 'refund'
      when upper(t.kind) in ('AUTHORIZATION', 'EMV_AUTHORIZATION') then 'authorisation'
      else lower(t.kind)
    end,
    lower(t.gateway), coalesce(t.processed_at, t.created_at),
    {{ minor('t.amount', 't.currency') }},
    case when upper(t.kind) in ('SALE', 'CAPTURE') then 1 when upper(t.kind) in ('REFUND', 'CHANGE') then -1 else 0 end,
    upper(t.status) = 'SUCCESS', false
  from (select * from {{ ref('stg_shopify__transactions') }} where {{ touched_in_run('order_id', orders) }}) as t
  left join (select order_id from {{ ref('stg_shop__orders') }} where {{ touched_in_run('order_id', orders) }}) as o
    on o.order_id = t.order_id
  where o.order_id is null
),

marts as (
  select source_system, payment_id, min(order_id) as order_id, min(kind) as kind, min(method) as method, count(*) as row_count,
    min(created_at) as created_at, sum(amount_minor) as amount_minor, sum(cash_minor) as cash_minor
  from {{ ref('fct_payments') }}
  where source_system in ('shop', 'shopify') and {{ touched_in_run('order_id', orders) }}
  group by source_system, payment_id
)

select coalesce(s.source_system, m.source_system) as source_system, coalesce(s.payment_id, m.payment_id) as payment_id,
  coalesce(s.order_id, m.order_id) as order_id, {{ business_date('coalesce(s.created_at, m.created_at)') }} as payment_date,
  s.kind, m.kind as mart_kind, s.method, s.amount_minor, m.amount_minor as mart_amount_minor, s.direction * s.amount_minor as cash_minor,
  m.cash_minor as mart_cash_minor, m.row_count as mart_rows
from staged as s
full outer join marts as m on m.source_system = s.source_system and m.payment_id = s.payment_id
where s.payment_id is null
  or m.row_count is distinct from 1
  or s.kind is distinct from m.kind
  or s.method is distinct from m.method
  or s.created_at is distinct from m.created_at
  or s.amount_minor is distinct from m.amount_minor
  or not (m.cash_minor = case when s.is_done then s.direction * s.amount_minor else 0 end
    or (s.is_at_stripe and m.cash_minor in (0, s.direction * s.amount_minor)))
