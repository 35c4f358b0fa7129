{# What follows a common table `satellites` (key, customer_id, email_token): each with the person it belongs to, that of the
   customer it names, else of its e-mail address. It never makes two persons one. #}
{% macro satellite_persons(key, members, records) -%}
members as (
  select customer_id, person_id
  from {{ members }}
  where customer_id in (select customer_id from satellites)
),

addresses as (
  select email_token, min(customer_id) as person_id
  from {{ records }}
  where email_token in (select email_token from satellites where customer_id is null)
  group by email_token
)

select
  s.{{ key }},
  s.customer_id,
  case when s.customer_id is null then a.person_id else coalesce(m.person_id, s.customer_id) end as person_id,
  case
    when s.customer_id is not null then 'customer_id'
    when a.person_id is not null then 'email'
    else 'nothing'
  end as matched_by
from satellites as s
left join members as m on m.customer_id = s.customer_id
left join addresses as a on a.email_token = s.email_token and s.customer_id is null
{%- endmacro %}
