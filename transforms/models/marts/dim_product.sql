-- Slowly changing dimension, type 2, by price, category and the other attributes; the seller's name is type 1.
with sellers as (
  select seller_id, max_by(seller_name, _position || lpad(cast(_ordinal as varchar), 12, '0')) as seller_name,
    max_by(seller_country, _position || lpad(cast(_ordinal as varchar), 12, '0')) as seller_country
  from {{ ref('stg_shop__sellers') }}
  where _op <> 'd'
  group by seller_id
),

versions as (
  select * from {{ ref('int_products__versions') }}
),

deleted as (
  select product_id
  from {{ ref('stg_shop__products') }}
  where {{ touched('product_id') }}
  group by product_id
  having max_by(_op, _position || lpad(cast(_ordinal as varchar), 12, '0')) = 'd'
),

inferred as (
  select distinct l.product_id
  from (
    select product_id from {{ ref('stg_shop__order_lines') }}
    union all
    select product_id from {{ ref('stg_shop__cancellation_lines') }}
  ) as l
  where {{ touched('l.product_id') }}
    and not exists (select 1 from versions as v where v.product_id = l.product_id)
)

select
  {{ hash_key('v.product_id', 'v.valid_from') }} as product_key,
  {{ hash_key('v.product_id') }} as product_durable_key,
  v.product_id,
  v.sku,
  v.title,
  v.category,
  v.kind,
  s.seller_name,
  s.seller_country,
  v.price,
  v.currency,
  v.is_active,
  v.valid_from,
  v.valid_to,
  v.valid_to = timestamp '9999-12-31 00:00:00' as is_current,
  false as is_inferred,
  exists (select 1 from deleted as d where d.product_id = v.product_id) as is_deleted
from versions as v
left join sellers as s on s.seller_id = v.seller_id

union all

select
  {{ hash_key('i.product_id', "timestamp '1900-01-01 00:00:00'") }},
  {{ hash_key('i.product_id') }},
  i.product_id,
  null, null, 'Unknown', 'goods', null, null, null, null, null,
  timestamp '1900-01-01 00:00:00',
  timestamp '9999-12-31 00:00:00',
  true,
  true,
  false
from inferred as i

union all

-- The standing member of events that are about no product: shipping of an order, cash given back.
select '-2', '-2', -2, null, 'Not applicable', 'Not applicable', 'adjustment', null, null, null, null, null,
  timestamp '1900-01-01 00:00:00', timestamp '9999-12-31 00:00:00', true, false, false
from (select -2 as product_id) as not_applicable
where {{ touched('not_applicable.product_id') }}
