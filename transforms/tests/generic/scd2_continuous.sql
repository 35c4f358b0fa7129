{#- A dimension's versions join without gap or overlap, and exactly one of each key has no end. -#}
{% test scd2_continuous(model, key) %}
select {{ key }}, valid_from, valid_to, next_from
from (
  select {{ key }}, valid_from, valid_to,
    lead(valid_from) over (partition by {{ key }} order by valid_from, valid_to) as next_from
  from {{ model }}
  where {{ touched_in_run(key, {'model': key}) }}
) as versions
where valid_from >= valid_to or valid_to <> coalesce(next_from, timestamp '9999-12-31 00:00:00')
{% endtest %}
