-- Customers that the shop keeps twice under one e-mail address. Each keeps its orders; person_key puts them together.
{{ config(severity='warn', meta={'looks_again_by': 'customer_id'}) }}
{% set records = {'int_customer_records': 'customer_id'} %}
select r.customer_id, m.person_id
from {{ ref('int_customer_records') }} as r
join {{ ref('int_person_members') }} as m on m.customer_id = r.customer_id
where r.is_in_shop and not r.is_deleted and m.person_id <> m.customer_id
  and {{ touched_in_run('r.customer_id', records) }}
