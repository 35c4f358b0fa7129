-- Orders of all sources as they are now. Marts read no staging: a further source is added here, once.
select
  'shop' as source_system,
  order_id,
  order_number,
  customer_id,
  channel,
  currency,
  status,
  is_test,
  ship_country,
  coalesce(ship_country, 'Unknown') as country,
  {{ minor('shipping_amount', 'currency') }} as shipping_minor,
  cast(0 as bigint) as shipping_tax_minor,
  placed_at,
  cancelled_at,
  updated_at
from {{ ref('stg_shop__orders') }}
union all
select
  'shopify',
  order_id,
  order_number,
  customer_id,
  channel,
  currency,
  status,
  is_test,
  ship_country,
  coalesce(ship_country, 'Unknown'),
  shipping_minor,
  shipping_tax_minor,
  placed_at,
  cancelled_at,
  updated_at
from {{ ref('int_shopify_orders') }}
