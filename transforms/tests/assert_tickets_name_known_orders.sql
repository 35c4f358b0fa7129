-- Tickets about an order that is not there. They count as tickets, under order_key -1.
{{ config(severity='warn', meta={'compares_by': 'compared_at'}) }}
select ticket_id, order_id, created_date,
  created_at as compared_at
from {{ ref('fct_support_tickets') }}
where order_key = -1 and {{ is_compared('created_at', 'assert_tickets_name_known_orders', ['shop', 'zendesk']) }}
