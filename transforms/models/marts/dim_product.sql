-- The products' change log, each row with its seller as it is now; materialized: scd2 makes versions of it.
{% set place = "_position || lpad(cast(_ordinal as varchar), 12, '0')" %}
with sellers as (
  select
    seller_id,
    {{ max_by('seller_name', place) }} as seller_name,
    {{ max_by('seller_country', place) }} as seller_country
  from {{ ref('int_sellers__versions') }}
  where _op <> 'd'
  group by seller_id
)

select
  p.product_id,
  p.sku,
  p.title,
  p.category,
  p.kind,
  p.price,
  p.currency,
  p.is_active,
  p.seller_id,
  s.seller_name,
  s.seller_country,
  p.updated_at,
  p._op,
  p._position,
  p._ordinal,
  p._committed_at
from {{ ref('int_products__versions') }} as p
left join sellers as s on s.seller_id = p.seller_id
where {{ touched('p.product_id') }}
