{#
  Members of a dimension of values that stand for no value, as a relation of member_key and the value's column: facts
  write the value as it is, and where they hold the key, the number.
#}
{% macro standing_members(column) -%}
  (
    select cast(-1 as bigint) as member_key, 'Unknown' as {{ column }}
    union all
    select cast(-2 as bigint), 'Not applicable'
  )
{%- endmacro %}
