-- The customers' change log; materialized: scd2 makes versions of it, with inferred members and the unknown one. Each row
-- with the person and the sources that know it as they are now.
with members as (
  select customer_id, person_id from {{ ref('int_person_members') }} where {{ touched('customer_id') }}
),

satellites as (
  select
    person_id,
    {{ bool_or("source_system = 'stripe'") }} as is_at_stripe,
    {{ bool_or("source_system = 'zendesk'") }} as is_on_zendesk
  from {{ ref('int_person_satellites') }}
  where person_id in (select person_id from members)
  group by person_id
)

select
  v.customer_id,
  v.source_system,
  v.country,
  v.city,
  v.segment,
  {{ hash_key('coalesce(m.person_id, v.customer_id)') }} as person_key,
  coalesce(r.is_in_shop, false) as is_in_shop,
  coalesce(r.is_on_shopify, false) as is_on_shopify,
  coalesce(s.is_at_stripe, false) as is_at_stripe,
  coalesce(s.is_on_zendesk, false) as is_on_zendesk,
  v.updated_at,
  v._op,
  v._position,
  v._ordinal,
  v._committed_at
from (select * from {{ ref('int_customers__versions') }} where {{ touched('customer_id') }}) as v
left join members as m on m.customer_id = v.customer_id
left join (select * from {{ ref('int_customer_records') }} where {{ touched('customer_id') }}) as r
  on r.customer_id = v.customer_id
left join satellites as s on s.person_id = m.person_id
