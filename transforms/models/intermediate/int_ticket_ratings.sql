-- One row a ticket of those that are recomputed: how its requester rates it now.
select
  ticket_id,
  {{ max_by('score', key_text('updated_at', 'timestamp') ~ " || lpad(cast(rating_id as varchar), 20, '0')") }} as score
from {{ ref('stg_zendesk__satisfaction_ratings') }}
where {{ touched('ticket_id') }}
group by ticket_id
