-- Product versions in order of the source's own update time; the log position breaks ties, so arrival never matters.
-- Zero-length versions (same update time) keep only the last; equal neighbours collapse into one.
with ranked as (
  select
    p.*,
    row_number() over (partition by product_id, updated_at order by _position desc, _ordinal desc) as rank_in_instant
  from {{ ref('stg_shop__products') }} as p
  where p._op <> 'd' and {{ touched('p.product_id') }}
),

compared as (
  select
    ranked.*,
    {{ hash_key('sku', 'title', 'category', 'kind', 'price', 'currency', 'is_active', 'seller_id') }} as attributes,
    lag({{ hash_key('sku', 'title', 'category', 'kind', 'price', 'currency', 'is_active', 'seller_id') }})
      over (partition by product_id order by updated_at, _position, _ordinal) as previous_attributes
  from ranked
  where rank_in_instant = 1
)

select
  product_id,
  seller_id,
  sku,
  title,
  category,
  kind,
  price,
  currency,
  is_active,
  _position,
  updated_at,
  -- The first known version reaches back: what was sold before capture began must find its product.
  case when previous_attributes is null then timestamp '1900-01-01 00:00:00' else updated_at end as valid_from,
  coalesce(
    lead(updated_at) over (partition by product_id order by updated_at, _position, _ordinal),
    timestamp '9999-12-31 00:00:00'
  ) as valid_to
from compared
where previous_attributes is null or previous_attributes <> attributes
