{% macro to_minor(amount) -%}
  cast(round(({{ amount }}) * 100) as bigint)
{%- endmacro %}
