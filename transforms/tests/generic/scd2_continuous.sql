{#- A dimension's versions join without gap or overlap, exactly one of each key has no end, and that one is current. -#}
{% test scd2_continuous(model, key) %}
select {{ key }}, valid_from, valid_to, next_from, is_current
from (
  select {{ key }}, valid_from, valid_to, is_current,
    lead(valid_from) over (partition by {{ key }} order by valid_from, valid_to) as next_from
  from {{ model }}
  where {{ touched_in_run(key, {'model': key}) }}
) as versions
where valid_from >= valid_to
  or valid_to <> coalesce(next_from, timestamp '9999-12-31 00:00:00')
  or is_current <> (next_from is null)
{% endtest %}
