{# Whether a moment is one that sources are compared for: settled for all of them, and within the var
   reconciliation_window_days before the last of them was read. What is compared gets its turn only once it has settled,
   when nothing touches it any more: so these checks look at a window and not at what a run has touched. A difference
   that was found stays listed until it is gone: the check of that name looks back as far as the oldest that is open. It
   says with `meta: {compares_by: compared_at}` which of its columns holds the moment. #}
{% macro is_compared(at, name, sources=['shop', 'stripe']) -%}
({{ is_settled(at, sources) }} and {{ is_recent(at, name, sources) }})
{%- endmacro %}

{# The window alone, for what one source says of itself, which needs no settling. #}
{% macro is_recent(at, name, sources=['shop', 'stripe']) -%}
{{ at }} >= (
  select min(back_to) from (
    select {{ date_add('day', 0 - var('reconciliation_window_days'), 'max(to_committed_at)') }} as back_to
    from _meta.loaded_batch where source = '{{ sources[-1] }}'
    union all
    select min(oldest_at) from _meta.open_difference where name = '{{ name }}'
  ) as bounds
)
{%- endmacro %}

{# The means of payment that go through Stripe, as a list of literals. #}
{% macro stripe_methods() -%}
({% for method in var('stripe_methods') %}'{{ method }}'{% if not loop.last %}, {% endif %}{% endfor %})
{%- endmacro %}
