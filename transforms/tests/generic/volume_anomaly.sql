{#- How many rows happened in each of the last hours, by the source's own time, against the same hour of the week in the
    weeks before: further from their median than `tolerance` times their median absolute deviation, or than chance alone
    explains at so few rows, is an anomaly; so is an hour without rows that always had some. An hour is judged once
    `min_weeks` weeks before it are known. `lag_hours`: an hour so near to the end of what the source has sent may still
    be incomplete. `as_of`: SQL of the moment up to which the source has sent everything. -#}
{% test volume_anomaly(model, column_name, weeks=8, min_weeks=4, hours=6, tolerance=6, lag_hours=1, as_of=none) %}
{{- config(
  severity='warn',
  fail_calc="count(case when verdict <> 'not enough history' then 1 end)",
  meta={'cadence': 'hourly', 'says': 'verdict'}
) -}}
{%- set now = as_of or '(select max(source_committed_at) from _meta.publication)' -%}
with bounds as (
  select {{ date_trunc('hour', 'cast(' ~ now ~ ' as timestamp)') }} as end_at, min({{ column_name }}) as first_at
  from {{ model }}
),

slots as (
  select h.n as hour_number, w.n as week_number,
    {{ dbt.dateadd('hour', '-1 * (h.n + ' ~ lag_hours ~ ' + 168 * w.n)', 'b.end_at') }} as hour_at, b.first_at
  from bounds as b
  cross join ({% for n in range(1, hours + 1) %}select {{ n }} as n{% if not loop.last %} union all {% endif %}{% endfor %}) as h
  cross join ({% for n in range(0, weeks + 1) %}select {{ n }} as n{% if not loop.last %} union all {% endif %}{% endfor %}) as w
),

counts as (
  select {{ date_trunc('hour', column_name) }} as hour_at, count(*) as row_count
  from {{ model }}
  where {{ column_name }} >= {{ dbt.dateadd('hour', -1 * (hours + lag_hours + 168 * weeks), '(select end_at from bounds)') }}
  group by 1
),

seen as (
  select s.hour_number, s.week_number, s.hour_at, coalesce(c.row_count, 0) as row_count
  from slots as s
  left join counts as c on c.hour_at = s.hour_at
  where s.hour_at >= s.first_at or s.week_number = 0
),

usual as (
  select hour_number, count(*) as weeks_known, {{ median('row_count') }} as usual_count, min(row_count) as least_count
  from seen where week_number > 0 group by hour_number
),

spread as (
  select s.hour_number, {{ median('abs(s.row_count - u.usual_count)') }} as deviation
  from seen as s
  join usual as u on u.hour_number = s.hour_number
  where s.week_number > 0
  group by s.hour_number
),

judged as (
  select n.hour_at, n.row_count, u.usual_count, p.deviation,
    case
      when coalesce(u.weeks_known, 0) < {{ min_weeks }} then 'not enough history'
      when n.row_count = 0 and u.least_count > 0 then 'silent'
      when abs(n.row_count - u.usual_count) > {{ tolerance }} * p.deviation
        and abs(n.row_count - u.usual_count) > 4 * sqrt(u.usual_count) + 1
        then case when n.row_count > u.usual_count then 'too many' else 'too few' end
    end as verdict
  from seen as n
  left join usual as u on u.hour_number = n.hour_number
  left join spread as p on p.hour_number = n.hour_number
  where n.week_number = 0
)

select * from judged where verdict is not null
{% endtest %}
