-- One row a carrier that shipments name.
with used as (
  select distinct carrier from {{ ref('fct_shipments') }} where {{ touched('carrier') }}
)

select
  {{ hash_key('u.carrier') }} as carrier_key,
  u.carrier,
  false as is_standing
from used as u
where u.carrier is not null and u.carrier not in (select s.carrier from {{ standing_members('carrier') }} as s)
union all
select
  m.member_key,
  m.carrier,
  true
from {{ standing_members('carrier') }} as m
where {{ touched('m.carrier') }}
