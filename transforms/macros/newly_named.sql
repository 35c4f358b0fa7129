{#
  Touch keys of a dimension whose members are the values that facts hold: of an input's changed rows, the values that the
  dimension does not have, and those that fewer rows hold than before, as the last of them may have gone. All other values
  are members and stay so: nothing is looked up, however many facts changed.
#}
{% macro newly_named(value) %}
  select named.touch_key
  from (
    select {{ value }} as touch_key, sum(case when changed._image = 'after' then 1 else -1 end) as net
    from {{ changed() }}
    group by {{ value }}
  ) as named
  {% if is_incremental() %}
  where named.net < 0
    or (named.net > 0 and named.touch_key not in (select known.{{ model.config.meta.touch_key }} from {{ this }} as known))
  {% endif %}
{% endmacro %}
