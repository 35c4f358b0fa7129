-- Facts of a day before the calendar begins, or of one that has not come: some clock was years off. They stand on the
-- day that they name, where no report of this year shows them.
{{ config(severity='warn') }}
{% set first_day = "(select min(date_day) from " ~ ref('dim_date') ~ ")" %}
{% set last_day = "cast(" ~ date_add('day', 2, dbt.current_timestamp()) ~ " as date)" %}
{% set facts = [
  ('fct_orders', 'order_id', 'order_date'),
  ('fct_order_events', 'order_event_key', 'event_date'),
  ('fct_payments', 'payment_key', 'payment_date'),
  ('fct_shipments', 'shipment_id', 'shipped_date'),
  ('fct_shipments', 'shipment_id', business_date('delivered_at')),
  ('fct_support_tickets', 'ticket_id', 'created_date'),
] %}
{% for name, key, day in facts %}
{% if not loop.first %}union all{% endif %}
select '{{ name }}' as fact, {{ key }} as id, order_id, {{ day }} as business_date
from {{ ref(name) }}
where ({{ day }} < {{ first_day }} or {{ day }} > {{ last_day }})
  and {{ touched_in_run(key, {name: key}) }}
{% endfor %}
