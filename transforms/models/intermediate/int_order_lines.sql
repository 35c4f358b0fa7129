-- Order lines of all sources as they are now. Marts read no staging: a further source is added here, once.
select 'shop' as source_system, order_line_id, order_id, line_no, product_id, quantity, created_at
from {{ ref('stg_shop__order_lines') }}
union all
select 'shopify', order_line_id, order_id, line_no, product_id, quantity, null
from {{ ref('int_shopify_order_lines') }}
