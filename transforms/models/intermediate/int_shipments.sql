-- Shipments of all sources as they are now. One that is off after it left has come back. Shopify's are those of orders that
-- the shop does not have: of orders that only Shopify has, and of those that are not there (yet, or any more).
select
  'shop' as source_system,
  shipment_id,
  order_id,
  carrier,
  case when status = 'cancelled' and shipped_at is not null then 'returned' else status end as status,
  promised_at,
  shipped_at,
  delivered_at
from {{ ref('stg_shop__shipments') }}
union all
select
  'shopify',
  s.shipment_id,
  s.order_id,
  s.carrier,
  case
    when s.status in ('CANCELLED', 'ERROR', 'FAILURE') and s.shipped_at is not null then 'returned'
    when s.status in ('CANCELLED', 'ERROR', 'FAILURE') then 'cancelled'
    when s.status = 'SUCCESS' and s.delivered_at is not null then 'delivered'
    when s.status = 'SUCCESS' then 'shipped'
    else 'pending'
  end,
  s.promised_at,
  case when s.status = 'SUCCESS' then coalesce(s.shipped_at, s.created_at) else s.shipped_at end,
  s.delivered_at
from (select * from {{ ref('stg_shopify__fulfillments') }} where {{ touched({'order_id': 'order_id'}) }}) as s
left join (select order_id from {{ ref('stg_shop__orders') }} where {{ touched({'order_id': 'order_id'}) }}) as o
  on o.order_id = s.order_id
where o.order_id is null
