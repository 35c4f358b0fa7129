-- Slowly changing dimension, type 2, rebuilt per customer from the change log.
with versions as (
  select * from {{ ref('int_customers__versions') }}
),

deleted as (
  select customer_id
  from {{ ref('stg_shop__customers') }}
  where {{ touched('customer_id') }}
  group by customer_id
  having max_by(_op, _position || lpad(cast(_ordinal as varchar), 12, '0')) = 'd'
),

-- Orders can arrive before their customer: the fact must not be lost, so the customer is inferred until known.
inferred as (
  select distinct o.customer_id
  from (
    select customer_id from {{ ref('stg_shop__orders') }}
    union all
    select customer_id from {{ ref('stg_shop__cancellations') }}
  ) as o
  where o.customer_id is not null
    and {{ touched('o.customer_id') }}
    and not exists (select 1 from versions as v where v.customer_id = o.customer_id)
)

select
  {{ hash_key('v.customer_id', 'v.valid_from') }} as customer_key,
  {{ hash_key('v.customer_id') }} as customer_durable_key,
  v.customer_id,
  v.country,
  v.city,
  v.segment,
  v.valid_from,
  v.valid_to,
  v.valid_to = timestamp '9999-12-31 00:00:00' as is_current,
  false as is_inferred,
  exists (select 1 from deleted as d where d.customer_id = v.customer_id) as is_deleted
from versions as v

union all

select
  {{ hash_key('i.customer_id', "timestamp '1900-01-01 00:00:00'") }},
  {{ hash_key('i.customer_id') }},
  i.customer_id,
  'Unknown',
  null,
  'Unknown',
  timestamp '1900-01-01 00:00:00',
  timestamp '9999-12-31 00:00:00',
  true,
  true,
  false
from inferred as i

union all

-- The standing unknown member: guest orders and cancellation notes without a customer.
select '-1', '-1', -1, 'Unknown', null, 'Unknown',
  timestamp '1900-01-01 00:00:00', timestamp '9999-12-31 00:00:00', true, true, false
from (select -1 as customer_id) as unknown_member
where {{ touched('unknown_member.customer_id') }}
