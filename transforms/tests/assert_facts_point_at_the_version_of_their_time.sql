-- A fact points at the version of its customer and product that was valid when its order was placed, also after a
-- version came late and moved the boundaries of others.
select 'product' as dimension, l.order_line_id as fact_id, l.product_key as version_key, l.placed_at
from (
  select * from {{ ref('fct_order_lines') }}
  where {{ touched_in_run('order_line_id', {'fct_order_lines': 'order_line_id'}) }}
) as l
join {{ ref('dim_product') }} as p on p.product_key = l.product_key
where l.placed_at < p.valid_from or l.placed_at >= p.valid_to
union all
select 'customer', o.order_id, o.customer_key, o.placed_at
from (
  select * from {{ ref('fct_orders') }} where {{ touched_in_run('order_id', {'fct_orders': 'order_id'}) }}
) as o
join {{ ref('dim_customer') }} as c on c.customer_key = o.customer_key
where o.placed_at < c.valid_from or o.placed_at >= c.valid_to
