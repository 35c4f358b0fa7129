-- The customers' change log; materialized: scd2 makes versions of it, with inferred members and the unknown one.
select customer_id, country, city, segment, updated_at, {{ cdc_columns() }}
from {{ ref('int_customers__versions') }}
where {{ touched('customer_id') }}
