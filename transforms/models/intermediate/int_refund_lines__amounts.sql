-- One row a refunded line; only those that are recomputed, by line or by order.
select
  rl.refund_line_id,
  rl.refund_id,
  rl.order_line_id,
  rl.quantity,
  rl.restock_type,
  r.order_id,
  r.currency,
  r.refunded_at,
  {{ minor('rl.amount') }} as goods_minor,
  {{ minor('rl.tax_amount') }} as tax_minor
from (
  select * from {{ ref('stg_shop__refund_lines') }} where {{ touched({'order_line_id': 'order_line_id'}) }}
) as rl
join (
  select * from {{ ref('stg_shop__refunds') }}
  where {{ touched({'order_id': 'order_id', 'event_group_id': 'order_id'}) }}
) as r on r.refund_id = rl.refund_id
