-- Orders of which more was given back than they were paid. Every refund counts; the order is marked is_over_refunded.
{{ config(severity='warn', meta={'looks_again_by': 'order_id'}) }}
select order_id, currency, paid_minor, refunded_minor
from {{ ref('fct_orders') }}
where is_over_refunded and refunded_minor > 0 and {{ touched_in_run('order_id', {'fct_orders': 'order_id'}) }}
