-- Who writes tickets, with the customer record that they stand for: the one that the help desk names, else the first record
-- of the person who has their e-mail address.
select user_id, coalesce(customer_id, person_id) as customer_id, person_id
from {{ ref('int_zendesk_users__persons') }}
