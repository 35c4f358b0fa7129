-- A fact points at the version of its customer, product and seller that was valid when its order was placed, also after a
-- version came late and moved the boundaries of others; at none of somebody else. The shop's share of a line is by the
-- rate of that version of its seller.
with lines as (
  select * from {{ ref('fct_order_lines') }}
  where {{ touched_in_run('order_line_id', {'fct_order_lines': 'order_line_id'}) }}
)

select 'product' as dimension, l.order_line_id as fact_id, l.product_key as version_key, l.placed_at
from lines as l
join {{ ref('dim_product') }} as p on p.product_key = l.product_key
where l.placed_at < p.valid_from
  or l.placed_at >= p.valid_to
  or l.product_durable_key is distinct from p.product_durable_key
union all
select 'seller', l.order_line_id, l.seller_key, l.placed_at
from lines as l
left join {{ ref('dim_seller') }} as s on s.seller_key = l.seller_key
where l.placed_at < s.valid_from
  or l.placed_at >= s.valid_to
  or l.commission_minor <> coalesce(round(cast(l.net_minor as decimal(18, 0)) * s.commission_rate, 0), 0)
union all
select 'customer', o.order_id, o.customer_key, o.placed_at
from (
  select * from {{ ref('fct_orders') }} where {{ touched_in_run('order_id', {'fct_orders': 'order_id'}) }}
) as o
join {{ ref('dim_customer') }} as c on c.customer_key = o.customer_key
where o.placed_at < c.valid_from
  or o.placed_at >= c.valid_to
  or o.customer_durable_key is distinct from c.customer_durable_key
  or o.person_key is distinct from c.person_key
union all
select 'customer', l.order_line_id, l.customer_key, l.placed_at
from lines as l
join {{ ref('dim_customer') }} as c on c.customer_key = l.customer_key
where l.placed_at < c.valid_from
  or l.placed_at >= c.valid_to
  or l.customer_durable_key is distinct from c.customer_durable_key
  or l.person_key is distinct from c.person_key
