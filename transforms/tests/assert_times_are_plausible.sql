-- Facts of a day before the calendar begins, or of one that has not come, and orders that stand years away from what
-- happened to them: some clock was years off. They stand on the day that they name, where no report of this year shows
-- them. Each bound is a query of its own: engines prune by one comparison, and not by either of two; and by a column, not
-- by the day that is made of it, which in no time zone is two days off.
{{ config(severity='warn', meta={'looks_again_by': 'business_date'}) }}
{% set first_day = "(select min(date_day) from " ~ ref('dim_date') ~ ")" %}
{% set last_day = "cast(" ~ date_add('day', 2, dbt.current_timestamp()) ~ " as date)" %}
{% set facts = [
  ('fct_orders', 'order_id', 'order_date', 'order_date'),
  ('fct_order_events', 'order_event_key', 'event_date', 'event_date'),
  ('fct_payments', 'payment_key', 'payment_date', 'payment_date'),
  ('fct_shipments', 'shipment_id', 'shipped_date', 'shipped_date'),
  ('fct_shipments', 'shipment_id', business_date('delivered_at'), 'delivered_at'),
  ('fct_support_tickets', 'ticket_id', 'created_date', 'created_date'),
] %}
{% for name, key, day, pruned_by in facts %}
{% for is_implausible in [
  day ~ ' < ' ~ first_day ~ ' and ' ~ pruned_by ~ ' < ' ~ date_add('day', 2, first_day),
  day ~ ' > ' ~ last_day ~ ' and ' ~ pruned_by ~ ' > ' ~ date_add('day', -2, last_day),
] %}
select '{{ name }}' as fact, {{ key }} as id, order_id, {{ day }} as business_date
from {{ ref(name) }}
where {{ is_implausible }}
union all
{% endfor %}
{% endfor %}
select 'fct_orders', order_id, order_id, order_date
from {{ ref('fct_orders') }}
where {{ touched_in_run('order_date', {'fct_orders': 'order_date'}) }}
  and (
    {% for milestone in ['paid_at', 'first_shipped_at', 'last_shipped_at', 'delivered_at', 'cancelled_at', 'first_refund_at'] %}
    {% if not loop.first %}or {% endif %}{{ milestone }} not between {{ date_add('day', 0 - var('plausible_days'), 'placed_at') }}
      and {{ date_add('day', var('plausible_days'), 'placed_at') }}
    {% endfor %}
  )
