{#- The newest row of a mart, by the time at which it happened at the source, is not older than so many hours. -#}
{% test fresh(model, column_name, hours, as_of=none) %}
{{- config(severity='warn', meta={'cadence': 'hourly'}) -}}
{%- set now = as_of or dbt.current_timestamp() -%}
select newest as newest_at from (select max({{ column_name }}) as newest from {{ model }}) as newest_row
where newest is null or newest < {{ date_add('hour', -1 * hours, now) }}
{% endtest %}
