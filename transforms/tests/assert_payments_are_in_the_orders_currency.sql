-- Payments in another currency than their order: each counts in its own, and the two are never added up.
{{ config(severity='warn') }}
{% set orders = {'fct_orders': 'order_id', 'fct_payments': 'order_id'} %}
select p.payment_key, p.order_id, p.currency, o.currency as order_currency
from (select * from {{ ref('fct_payments') }} where {{ touched_in_run('order_id', orders) }}) as p
join {{ ref('fct_orders') }} as o on o.order_id = p.order_id
where p.currency is distinct from o.currency
