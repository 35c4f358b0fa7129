-- One row a refunded line; only those that are recomputed, by line or by order.
select
  'shop' as source_system,
  rl.refund_line_id,
  rl.refund_id,
  rl.order_line_id,
  rl.quantity,
  rl.restock_type,
  r.order_id,
  r.currency,
  r.refunded_at,
  {{ minor('rl.amount', 'r.currency') }} as goods_minor,
  {{ minor('rl.tax_amount', 'r.currency') }} as tax_minor
from (
  select * from {{ ref('stg_shop__refund_lines') }} where {{ touched({'order_line_id': 'order_line_id'}) }}
) as rl
join (
  select * from {{ ref('stg_shop__refunds') }}
  where {{ touched({'order_id': 'order_id', 'event_group_id': 'order_id'}) }}
) as r on r.refund_id = rl.refund_id
union all
select
  'shopify',
  rl.refund_line_id,
  rl.refund_id,
  rl.order_line_id,
  rl.quantity,
  case rl.restock_type when 'CANCEL' then 'cancel' when 'NO_RESTOCK' then 'no_restock' else 'return' end,
  o.order_id,
  o.currency,
  coalesce(r.refunded_at, r.created_at),
  {{ minor('rl.amount', 'o.currency') }}
    - case when o.taxes_included then {{ minor('coalesce(rl.tax_amount, 0)', 'o.currency') }} else 0 end,
  {{ minor('coalesce(rl.tax_amount, 0)', 'o.currency') }}
from (
  select * from {{ ref('stg_shopify__refund_lines') }}
  where {{ touched({'order_line_id': 'order_line_id', 'order_id': 'order_id', 'event_group_id': 'order_id'}) }}
) as rl
join {{ ref('stg_shopify__refunds') }} as r on r.refund_id = rl.refund_id
join {{ ref('int_shopify_orders') }} as o on o.order_id = rl.order_id
