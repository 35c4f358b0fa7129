-- R8, staging to marts: every shipment of the shop, and Shopify's of orders that the shop does not have, is in
-- fct_shipments once, with its units, its carrier, its status, the day it was promised for and on its days. One that is
-- off after it left has come back.
{% set orders_of_lines %}
  select s.order_id from changed join {{ ref('stg_shop__shipments') }} as s on s.shipment_id = changed.shipment_id
{% endset %}
{% set orders = {
  'fct_shipments': 'order_id',
  'stg_shop__shipments': 'order_id',
  'stg_shop__shipment_lines': orders_of_lines,
  'stg_shopify__fulfillments': 'order_id',
  'stg_shopify__fulfillment_lines': 'order_id',
  'stg_shop__orders': 'order_id',
} %}
with shop as (
  select shipment_id, order_id, carrier,
    case when status = 'cancelled' and shipped_at is not null then 'returned' else status end as status,
    promised_at, shipped_at, delivered_at
  from {{ ref('stg_shop__shipments') }}
  where {{ touched_in_run('order_id', orders) }}
),

shopify as (
  select f.shipment_id, f.order_id, f.carrier,
    case
      when f.status in ('CANCELLED', 'ERROR', 'FAILURE') then case when f.shipped_at is null then 'cancelled' else 'returned' end
      when f.status = 'SUCCESS' then case when f.delivered_at is null then 'shipped' else 'delivered' end
      else 'pending'
    end as status,
    f.promised_at,
    case when f.status = 'SUCCESS' then coalesce(f.shipped_at, f.created_at) else f.shipped_at end as shipped_at,
    f.delivered_at
  from (select * from {{ ref('stg_shopify__fulfillments') }} where {{ touched_in_run('order_id', orders) }}) as f
  left join (select order_id from {{ ref('stg_shop__orders') }} where {{ touched_in_run('order_id', orders) }}) as o
    on o.order_id = f.order_id
  where o.order_id is null
),

packed as (
  select 'shop' as source_system, shipment_id, sum(quantity) as quantity
  from {{ ref('stg_shop__shipment_lines') }}
  where shipment_id in (select shipment_id from shop)
  group by shipment_id
  union all
  select 'shopify', shipment_id, sum(quantity)
  from {{ ref('stg_shopify__fulfillment_lines') }}
  where shipment_id in (select shipment_id from shopify)
  group by shipment_id
),

staged as (
  select s.*, coalesce(p.quantity, 0) as quantity
  from (select 'shop' as source_system, * from shop union all select 'shopify', * from shopify) as s
  left join packed as p on p.source_system = s.source_system and p.shipment_id = s.shipment_id
),

marts as (
  select source_system, shipment_id, min(order_id) as order_id, count(*) as row_count, sum(quantity) as quantity,
    min(carrier) as carrier, min(status) as status, min(promised_at) as promised_at, min(shipped_at) as shipped_at, min(delivered_at) as delivered_at
  from {{ ref('fct_shipments') }}
  where {{ touched_in_run('order_id', orders) }}
  group by source_system, shipment_id
)

select coalesce(s.source_system, m.source_system) as source_system, coalesce(s.shipment_id, m.shipment_id) as shipment_id,
  coalesce(s.order_id, m.order_id) as order_id, {{ business_date('s.shipped_at') }} as shipped_date, s.quantity,
  m.quantity as mart_quantity, s.carrier, m.carrier as mart_carrier, s.status,
  m.status as mart_status, s.promised_at, m.promised_at as mart_promised_at,
  m.row_count as mart_rows
from staged as s
full outer join marts as m on m.source_system = s.source_system and m.shipment_id = s.shipment_id
where s.shipment_id is null
  or m.row_count is distinct from 1
  or s.quantity is distinct from m.quantity
  or s.carrier is distinct from m.carrier
  or s.status is distinct from m.status
  or s.promised_at is distinct from m.promised_at
  or s.shipped_at is distinct from m.shipped_at
  or s.delivered_at is distinct from m.delivered_at
