-- One row a Stripe customer with the person it belongs to: the person of the customer that it names, else of its e-mail address.
with satellites as (
  select stripe_customer_id, customer_id, email_token from {{ ref('stg_stripe__customers') }} where {{ touched('stripe_customer_id') }}
),

{{ satellite_persons('stripe_customer_id', ref('int_person_members'), ref('int_customer_records')) }}
