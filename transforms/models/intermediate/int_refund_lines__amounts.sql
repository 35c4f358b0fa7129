-- One row a refunded line.
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
from {{ ref('stg_shop__refund_lines') }} as rl
join {{ ref('stg_shop__refunds') }} as r on r.refund_id = rl.refund_id
