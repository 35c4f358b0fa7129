{#- Sums of a closed day do not change any more. The first time that a day is closed its sums are kept (_meta.closed_day);
    a day whose sums are others now is listed with both, until it is restated on purpose (shopwave quality restate).
    series: the model's name. by: columns whose values have sums of their own, so that a surplus of one does not hide what
    another lacks. sums_only: the engine asks for the sums themselves, to keep them. -#}
{% test restated_history(model, series, day, sums, by=[], closed_after_days=3, as_of=none, sums_only=false) %}
{{- config(severity='warn', meta={'cadence': 'hourly'}) -}}
{%- set now = as_of or '(select max(source_committed_at) from _meta.publication)' -%}
{%- set totals -%}
  'rows ' || cast(count(*) as varchar)
  {%- for column in sums %} || ', {{ column }} ' || cast(coalesce(sum({{ column }}), 0) as varchar){% endfor -%}
{%- endset -%}
{%- set part -%}
  '' {%- for column in by %} || coalesce(cast({{ column }} as varchar), 'none') || ' '{% endfor %}
{%- endset -%}
{%- set current_sums -%}
  select '{{ series }}' as series, day, {{ list_agg('totals', "'; '", 'totals') }} as totals
  from (
    select cast({{ day }} as date) as day, {{ part }} || {{ totals }} as totals
    from {{ model }}
    where {{ day }} < {{ date_add('day', -1 * closed_after_days, 'cast(' ~ now ~ ' as date)') }}
    group by cast({{ day }} as date){% for column in by %}, {{ column }}{% endfor %}
  ) as parts
  group by day
{%- endset -%}
{%- if sums_only -%}
{{ current_sums }}
{%- else -%}
select k.day as closed_date, k.totals as totals_then, s.totals as totals_now, k.version as closed_version
from _meta.closed_day as k
left join ({{ current_sums }}) as s on s.day = k.day
where k.series = '{{ series }}' and k.totals is distinct from s.totals
{%- endif -%}
{% endtest %}
