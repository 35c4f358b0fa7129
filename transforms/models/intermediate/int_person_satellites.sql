-- What other systems hold of persons: Stripe customers and Zendesk users.
select
  'stripe' as source_system,
  stripe_customer_id as satellite_id,
  customer_id,
  person_id,
  matched_by
from {{ ref('int_stripe_customers__persons') }}
union all
select
  'zendesk' as source_system,
  cast(user_id as varchar) as satellite_id,
  customer_id,
  person_id,
  matched_by
from {{ ref('int_zendesk_users__persons') }}
