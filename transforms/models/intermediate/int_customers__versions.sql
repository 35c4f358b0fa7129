-- Every version of a customer that the sources report; the shop's rows count where both know one id. Marts read no
-- staging: a further source is added here, once.
select
  'shop' as source_system,
  customer_id,
  country,
  city,
  segment,
  updated_at,
  {{ cdc_columns() }}
from {{ ref('stg_shop__customers') }}
where {{ touched({'customer_id': 'customer_id'}) }}
union all
select
  'shopify' as source_system,
  c.customer_id,
  coalesce(c.country, 'Unknown') as country,
  cast(null as varchar) as city,
  'Unknown' as segment,
  c.updated_at,
  c._op,
  c._position,
  c._ordinal,
  c._committed_at
from {{ ref('stg_shopify__customers') }} as c
where {{ touched({'customer_id': 'c.customer_id'}) }}
  and not exists (
    select 1 from {{ ref('stg_shop__customers') }} as s
    where s._op <> 'd' and s.customer_id = c.customer_id and {{ touched({'customer_id': 's.customer_id'}) }}
  )
