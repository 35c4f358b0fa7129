{#- A mart has as many rows, and the same sums, for every key of the input that drives it: no join made more or fewer.
    sums: columns of the mart, each with the expression over the input that it must add up to.
    input_rows: how many rows a key should have, where the input has others besides (versions). -#}
{% test no_fan_out(model, input, key, input_key=none, sums={}, where='1 = 1', input_where='1 = 1', input_rows='count(*)') %}
{%- set driving_key = input_key or key -%}
{%- set mappings = {'model': key, input: driving_key} -%}
select coalesce(m.row_key, i.row_key) as {{ key }}, m.row_count, i.row_count as input_row_count
  {%- for column in sums %}, m.sum_{{ loop.index }} as {{ column }}, i.sum_{{ loop.index }} as input_{{ column }}{% endfor %}
from (
  select {{ key }} as row_key, count(*) as row_count
    {%- for column in sums %}, sum({{ column }}) as sum_{{ loop.index }}{% endfor %}
  from {{ model }}
  where {{ where }} and {{ touched_in_run(key, mappings) }}
  group by 1
) as m
full outer join (
  select {{ driving_key }} as row_key, {{ input_rows }} as row_count
    {%- for column, expression in sums.items() %}, sum({{ expression }}) as sum_{{ loop.index }}{% endfor %}
  from {{ ref(input) }}
  where {{ input_where }} and {{ touched_in_run(driving_key, mappings) }}
  group by 1
) as i on i.row_key = m.row_key
where coalesce(m.row_count, 0) <> coalesce(i.row_count, 0)
  {%- for column in sums %} or coalesce(m.sum_{{ loop.index }}, 0) <> coalesce(i.sum_{{ loop.index }}, 0){% endfor %}
{% endtest %}
