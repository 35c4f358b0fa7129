-- A line's product is the one that the shop's line names: another one would be credited with the sale.
select l.order_line_id, l.order_id, l.product_durable_key, {{ hash_key('s.product_id') }} as should_name_key
from (
  select * from {{ ref('fct_order_lines') }}
  where source_system = 'shop' and {{ touched_in_run('order_line_id', {'fct_order_lines': 'order_line_id'}) }}
) as l
join (
  select * from {{ ref('stg_shop__order_lines') }}
  where {{ touched_in_run('order_line_id', {'fct_order_lines': 'order_line_id'}) }}
) as s on s.order_line_id = l.order_line_id
-- what a line without its order was sold as is not known yet
where s.product_id is not null and (l.order_key <> -1 or l.product_key <> -1)
  and l.product_durable_key is distinct from {{ hash_key('s.product_id') }}
