-- Refunds of all sources, amounts in minor units; only those that are recomputed, by order.
select
  'shop' as source_system,
  refund_id,
  order_id,
  currency,
  {{ minor('amount', 'currency') }} as amount_minor,
  {{ minor('shipping_amount', 'currency') }} as shipping_minor,
  cast(0 as bigint) as shipping_tax_minor,
  refunded_at
from {{ ref('stg_shop__refunds') }}
where {{ touched({'order_id': 'order_id', 'event_group_id': 'order_id'}) }}
union all
select
  'shopify',
  refund_id,
  order_id,
  currency,
  {{ minor('amount', 'currency') }},
  {{ minor('shipping_amount - case when taxes_included then shipping_tax_amount else 0 end', 'currency') }},
  {{ minor('shipping_tax_amount', 'currency') }},
  refunded_at
from (
  select
    r.refund_id,
    r.order_id,
    o.currency,
    o.taxes_included,
    coalesce(r.amount, 0) as amount,
    coalesce(r.refunded_at, r.created_at) as refunded_at,
    coalesce(sum({{ json_number('s.value', 'subtotalAmountSet.shopMoney.amount', 18, 4) }}), 0) as shipping_amount,
    coalesce(sum({{ json_number('s.value', 'taxAmountSet.shopMoney.amount', 18, 4) }}), 0) as shipping_tax_amount
  from (
    select * from {{ ref('stg_shopify__refunds') }}
    where {{ touched({'order_id': 'order_id', 'event_group_id': 'order_id'}) }}
  ) as r
  join {{ ref('int_shopify_orders') }} as o on o.order_id = r.order_id
  {{ flatten('r.shipping_lines', '', 's', true) }}
  group by r.refund_id, r.order_id, o.currency, o.taxes_included, r.amount, r.refunded_at, r.created_at
) as shopify_refunds
