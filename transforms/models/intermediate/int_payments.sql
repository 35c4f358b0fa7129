-- Payment transactions of all shops in one language, the shop's own and those of orders that only Shopify has. Marts read
-- no staging: a further source is added here, once. Only orders that are recomputed.
{% set group = {'order_id': 'order_id', 'event_group_id': 'order_id', 'payment_group_id': 'order_id'} %}
with shop_orders as (
  select order_id from {{ ref('stg_shop__orders') }} where {{ touched(group) }}
)

select
  'shop' as source_system,
  {{ concat("'shop:'", 'payment_id') }} as payment_ref,
  payment_id,
  order_id,
  kind,
  method,
  status,
  amount,
  currency,
  processor_ref,
  created_at
from {{ ref('stg_shop__payments') }}
where {{ touched(group) }}
union all
select
  'shopify',
  {{ concat("'shopify:'", 't.payment_id') }},
  t.payment_id,
  t.order_id,
  -- a sale is authorised and captured at once
  case upper(t.kind)
    when 'SALE' then 'capture'
    when 'CAPTURE' then 'capture'
    when 'AUTHORIZATION' then 'authorisation'
    when 'EMV_AUTHORIZATION' then 'authorisation'
    when 'VOID' then 'void'
    -- change is cash that went back over the counter
    when 'REFUND' then 'refund'
    when 'CHANGE' then 'refund'
    else lower(t.kind)
  end,
  lower(t.gateway),
  case upper(t.status)
    when 'SUCCESS' then 'succeeded'
    when 'FAILURE' then 'failed'
    when 'ERROR' then 'failed'
    when 'AWAITING_RESPONSE' then 'pending'
    else lower(t.status)
  end,
  t.amount,
  t.currency,
  t.processor_ref,
  coalesce(t.processed_at, t.created_at)
from {{ ref('stg_shopify__transactions') }} as t
left join shop_orders as s on s.order_id = t.order_id
where s.order_id is null and {{ touched({'order_id': 't.order_id', 'event_group_id': 't.order_id', 'payment_group_id': 't.order_id'}) }}
