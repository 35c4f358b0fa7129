-- One row a customer record with the person behind it: the least of all records that have the same e-mail address now.
-- A record without an address is a person of its own.
with records as (
  select customer_id, email_token from {{ ref('int_customer_records') }} where {{ touched('customer_id') }}
),

persons as (
  select email_token, min(customer_id) as person_id
  from {{ ref('int_customer_records') }}
  where email_token in (select email_token from records)
  group by email_token
)

select r.customer_id, coalesce(p.person_id, r.customer_id) as person_id
from records as r
left join persons as p on p.email_token = r.email_token
