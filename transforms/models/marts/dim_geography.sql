-- One row a country that orders, customers and sellers name, with its English name where it is an ISO code.
with used as (
  select country from {{ ref('fct_orders') }} where {{ touched('country') }}
  union
  select country from {{ ref('dim_customer') }} where {{ touched('country') }}
  union
  select country from {{ ref('dim_seller') }} where {{ touched('country') }}
)

select
  {{ hash_key('u.country') }} as geography_key,
  u.country,
  coalesce(c.country_name, u.country) as country_name,
  c.country is null as is_inferred,
  false as is_standing
from used as u
left join {{ ref('countries') }} as c on c.country = u.country
where u.country is not null and u.country not in (select s.country from {{ standing_members('country') }} as s)
union all
select
  m.member_key,
  m.country,
  m.country,
  m.country = 'Unknown',
  true
from {{ standing_members('country') }} as m
where {{ touched('m.country') }}
