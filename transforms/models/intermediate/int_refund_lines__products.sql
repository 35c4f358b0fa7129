-- One row a line that a refund names, with its product, what it sold for and the time of its own order: a line may have
-- moved to another order since. Only lines of refunds that are recomputed; one branch a source, as engines push keys into joins, not unions.
select
  l.order_line_id,
  l.product_id,
  o.placed_at,
  cast(null as varchar) as line_kind,
  l.quantity,
  {{ minor('l.quantity * l.unit_price', 'o.currency') }} as gross_minor
from (
  select distinct rl.order_line_id
  from (
    select refund_id from {{ ref('stg_shop__refunds') }}
    where {{ touched({'order_id': 'order_id', 'event_group_id': 'order_id'}) }}
  ) as r
  join {{ ref('stg_shop__refund_lines') }} as rl on rl.refund_id = r.refund_id
) as named
join {{ ref('stg_shop__order_lines') }} as l on l.order_line_id = named.order_line_id
join {{ ref('stg_shop__orders') }} as o on o.order_id = l.order_id
union all
select
  l.order_line_id,
  l.product_id,
  o.placed_at,
  case when l.is_gift_card then 'gift_card' else 'goods' end,
  l.quantity,
  l.gross_minor
from (
  select * from {{ ref('int_shopify_order_lines') }}
  where {{ touched({'order_id': 'order_id', 'event_group_id': 'order_id'}) }}
) as l
join (
  select * from {{ ref('int_shopify_orders') }}
  where {{ touched({'order_id': 'order_id', 'event_group_id': 'order_id'}) }}
) as o on o.order_id = l.order_id
