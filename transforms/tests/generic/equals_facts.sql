{#- A daily aggregate is what its facts add up to, for every day that changed: no row more or fewer, and every column the
    sum of its expression. Blocks like every check of what is published.
    day, by: the aggregate's grain; the facts have the columns of `by`, too.
    facts: what it is made of. Each names the fact, its key, its day (the aggregate's unless said; where that is made of
    an instant, at is its column), which rows count (where), and the sums: columns of the aggregate, each with its expression over the fact; a column that it does not
    name gets nothing of it. distincts: columns that count different values of an expression. -#}
{% test equals_facts(model, day, facts, by=[]) %}
{%- set columns = [] -%}
{%- set mappings = {'model': day} -%}
{%- for part in facts -%}
  {%- set part_day = part.day or day -%}
  {%- for column in part.sums or {} -%}{%- if column not in columns -%}{%- do columns.append(column) -%}{%- endif -%}{%- endfor -%}
  {#- A row that is in the changes as often before as after is as it was: its day need not be looked at. -#}
  {%- set changed_days -%}
    select day_of_fact from (
      select {{ part.key }} as fact_key, {{ part_day }} as day_of_fact
        {%- for column in by %}, {{ column }} as by_{{ loop.index }}{% endfor %}
        {%- for expression in (part.sums or {}).values() %}, {{ expression }} as sum_{{ loop.index }}{% endfor %}
        {%- for expression in (part.distincts or {}).values() %}, {{ expression }} as distinct_{{ loop.index }}{% endfor %}
      from changed
      where {{ part.where or '1 = 1' }}
    ) as changed_facts
    where day_of_fact is not null
    group by fact_key, day_of_fact
      {%- for column in by %}, by_{{ loop.index }}{% endfor %}
      {%- for expression in (part.sums or {}).values() %}, sum_{{ loop.index }}{% endfor %}
      {%- for expression in (part.distincts or {}).values() %}, distinct_{{ loop.index }}{% endfor %}
    having mod(count(*), 2) = 1
  {%- endset -%}
  {%- do mappings.update({part.fact: changed_days if part.fact not in mappings else mappings[part.fact] ~ '\nunion all\n' ~ changed_days}) -%}
{%- endfor -%}
{%- set distincts = [] -%}
{%- for part in facts -%}{%- for column in part.distincts or {} -%}{%- do distincts.append(column) -%}{%- endfor -%}{%- endfor -%}
select day_of_both as {{ day }}{% for column in by %}, by_{{ loop.index }} as {{ column }}{% endfor %},
  max(in_aggregate) as is_in_aggregate, max(in_facts) as is_in_facts
  {%- for column in columns %},
  sum(sum_{{ loop.index }}) as {{ column }}, sum(of_{{ loop.index }}) as facts_{{ column }}{% endfor %}
  {%- for column in distincts %},
  sum(count_{{ loop.index }}) as {{ column }}, count(distinct value_{{ loop.index }}) as facts_{{ column }}{% endfor %}
from (
  select {{ day }} as day_of_both{% for column in by %}, {{ column }} as by_{{ loop.index }}{% endfor %}, 1 as in_aggregate, 0 as in_facts
    {%- for column in columns %}, coalesce({{ column }}, 0) as sum_{{ loop.index }}, 0 as of_{{ loop.index }}{% endfor %}
    {%- for column in distincts %}, {{ column }} as count_{{ loop.index }}, null as value_{{ loop.index }}{% endfor %}
  from {{ model }}
  where {{ touched_in_run(day, mappings) }}
  {%- for part in facts %}
  {%- set part_day = part.day or day %}
  union all
  select {{ part_day }}{% for column in by %}, {{ column }}{% endfor %}, 0, 1
    {%- for column in columns %}, 0, {% if column in (part.sums or {}) %}coalesce({{ part.sums[column] }}, 0){% else %}0{% endif %}{% endfor %}
    {%- for column in distincts %}, 0, {% if column in (part.distincts or {}) %}{{ part.distincts[column] }}{% else %}null{% endif %}{% endfor %}
  from {{ ref(part.fact) }}
  where {{ part_day }} is not null and {{ part.where or '1 = 1' }} and {{ touched_in_run(part_day, mappings, part.at or none) }}
  {%- endfor %}
) as both_sides
group by day_of_both{% for column in by %}, by_{{ loop.index }}{% endfor %}
having max(in_aggregate) <> max(in_facts) or sum(in_aggregate) > 1
  {%- for column in columns %} or sum(sum_{{ loop.index }}) <> sum(of_{{ loop.index }}){% endfor %}
  {%- for column in distincts %} or sum(count_{{ loop.index }}) <> count(distinct value_{{ loop.index }}){% endfor %}
{% endtest %}
