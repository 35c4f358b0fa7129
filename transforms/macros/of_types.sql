{# An expression over the rows of some event types, and nothing for all others. #}
{% macro of_types(expression, types) -%}
case when event_type in ({% for type in types %}'{{ type }}'{% if not loop.last %}, {% endif %}{% endfor %}) then {{ expression }} else 0 end
{%- endmacro %}
