select o.order_id
from {{ ref('fct_orders') }} as o
left join (
  select order_id, sum(net_minor) as net_minor from {{ ref('fct_order_lines') }} group by order_id
) as l on l.order_id = o.order_id
where o.net_minor <> coalesce(l.net_minor, 0)
