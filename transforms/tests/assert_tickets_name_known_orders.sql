-- Tickets about an order that is not there. They count as tickets, under order_key -1.
{{ config(severity='warn') }}
select ticket_id, order_id, created_date
from {{ ref('fct_support_tickets') }}
where order_key = -1 and {{ is_compared('created_at', ['shop', 'zendesk']) }}
