-- The sellers' change log; materialized: scd2 makes versions of it, with inferred members, the unknown one and none.
select
  seller_id,
  coalesce(seller_name, 'Unknown') as seller_name,
  coalesce(seller_country, 'Unknown') as country,
  commission_rate,
  updated_at,
  {{ cdc_columns() }}
from {{ ref('int_sellers__versions') }}
where {{ touched('seller_id') }}
