{#- A balance rolls forward: what stands at a day's end is what stood at the end of the day before, and what the day
    moved. by: the column that keeps balances apart. change: the day's move, an expression over the row; with `moves`
    over the row of that mart of the same day and `by`, which calls its day `moves_day`. -#}
{% test rolls_forward(model, by, day, balance, change, moves=none, moves_day=none) %}
{%- set mappings = {'model': by} -%}
{%- if moves is not none -%}{%- do mappings.update({moves: by}) -%}{%- endif -%}
select {{ by }}, {{ day }}, balance_before, change_of_day, {{ balance }}
from (
  select b.{{ by }}, b.{{ day }}, b.{{ balance }}, coalesce({{ change }}, 0) as change_of_day,
    lag(b.{{ balance }}) over (partition by b.{{ by }} order by b.{{ day }}) as balance_before
  from (select * from {{ model }} where {{ touched_in_run(by, mappings) }}) as b
  {%- if moves is not none %}
  left join (select * from {{ ref(moves) }} where {{ touched_in_run(by, mappings) }}) as m
    on {{ equal_null('m.' ~ by, 'b.' ~ by) }} and m.{{ moves_day }} = b.{{ day }}
  {%- endif %}
) as days
where {{ balance }} <> coalesce(balance_before, 0) + change_of_day
{% endtest %}
