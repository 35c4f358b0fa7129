-- Lines as their order has them now: each in its newest version. All lines of an order are read with it, so one that is
-- behind the others is gone from the order; one that the first version of the order had not was added to it, at the time
-- of the first that has it. Only orders that are recomputed.
select
  order_line_id,
  order_id,
  product_id,
  quantity,
  is_gift_card,
  unit_price,
  gross_amount,
  discount_amount,
  tax_amount,
  tax_rate,
  added_at
from (
  select
    l.order_line_id,
    l.order_id,
    l.product_id,
    l.quantity,
    l.is_gift_card,
    l.unit_price,
    coalesce(l.gross_amount, l.quantity * l.unit_price) as gross_amount,
    coalesce(l.discount_amount, 0) as discount_amount,
    case when l.first_position > l.order_first_position then l.first_seen_at end as added_at,
    coalesce(sum({{ json_number('t.value', 'priceSet.shopMoney.amount', 18, 4) }}), 0) as tax_amount,
    coalesce(sum({{ json_number('t.value', 'rate', 9, 6) }}), 0) as tax_rate
  from (
    select
      v.*,
      row_number() over (partition by order_line_id order by _position desc, _ordinal desc) as age,
      max(_position) over (partition by order_id) as order_position,
      min(_position) over (partition by order_line_id) as first_position,
      min(_committed_at) over (partition by order_line_id) as first_seen_at,
      min(_position) over (partition by order_id) as order_first_position
    from {{ ref('stg_shopify__order_lines') }} as v
    where {{ touched('order_id') }}
  ) as l
  {{ flatten('l.tax_lines', '', 't', true) }}
  where l.age = 1 and l._position = l.order_position and l._op <> 'd'
  group by l.order_line_id, l.order_id, l.product_id, l.quantity, l.is_gift_card, l.unit_price, l.gross_amount,
    l.discount_amount, l.first_position, l.first_seen_at, l.order_first_position
) as newest
