{# Whether a moment is one that sources are compared for: settled for all of them, and within the var
   reconciliation_window_days before the last of them was read. What is compared gets its turn only once it has settled,
   when nothing touches it any more: so these checks look at a window and not at what a run has touched. #}
{% macro is_compared(at, sources=['shop', 'stripe']) -%}
({{ is_settled(at, sources) }} and {{ at }} >= (
  select {{ date_add('day', 0 - var('reconciliation_window_days'), 'max(to_committed_at)') }} from _meta.loaded_batch
  where source = '{{ sources[-1] }}'
))
{%- endmacro %}

{# The means of payment that go through Stripe, as a list of literals. #}
{% macro stripe_methods() -%}
({% for method in var('stripe_methods') %}'{{ method }}'{% if not loop.last %}, {% endif %}{% endfor %})
{%- endmacro %}
