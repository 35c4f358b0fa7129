-- Product versions in the order of the log, whatever order batches arrive in. A version counts from the source's own
-- update time where that moves forward; a change that left it alone, or set it back, counts from its commit. Of several
-- at one instant the last in the log stays; equal neighbours collapse into one.
with logged as (
  select
    p.*,
    max(updated_at) over (
      partition by product_id order by _position, _ordinal rows between unbounded preceding and 1 preceding
    ) as latest_before
  from {{ ref('stg_shop__products') }} as p
  where p._op <> 'd' and {{ touched('p.product_id') }}
),

timed as (
  select
    logged.*,
    max(case when latest_before is null or updated_at > latest_before then updated_at else _committed_at end) over (
      partition by product_id order by _position, _ordinal rows unbounded preceding
    ) as effective_at
  from logged
),

ranked as (
  select
    timed.*,
    row_number() over (partition by product_id, effective_at order by _position desc, _ordinal desc) as rank_in_instant
  from timed
),

compared as (
  select
    ranked.*,
    {{ hash_key('sku', 'title', 'category', 'kind', 'price', 'currency', 'is_active', 'seller_id') }} as attributes,
    lag({{ hash_key('sku', 'title', 'category', 'kind', 'price', 'currency', 'is_active', 'seller_id') }})
      over (partition by product_id order by _position, _ordinal) as previous_attributes
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
  -- The first known version reaches back: what was sold before capture began must find its product.
  case when previous_attributes is null then timestamp '1900-01-01 00:00:00' else effective_at end as valid_from,
  coalesce(
    lead(effective_at) over (partition by product_id order by _position, _ordinal),
    timestamp '9999-12-31 00:00:00'
  ) as valid_to
from compared
where previous_attributes is null or previous_attributes <> attributes
