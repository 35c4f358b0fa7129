-- One row a Zendesk user with the person it belongs to: the person of the customer that it names, else of its e-mail address.
with satellites as (
  select user_id, customer_id, email_token from {{ ref('stg_zendesk__users') }} where {{ touched('user_id') }}
),

{{ satellite_persons('user_id', ref('int_person_members'), ref('int_customer_records')) }}
