{#- The newest row of a mart, by the time at which it happened at the source, is not older than so many hours: than now,
    or, where a source is named, than the time up to which that source was read. How far it was read is told by itself
    (freshness of sources and marts, docs/quality.md), and one that never was makes nothing stale. -#}
{% test fresh(model, column_name, hours, of_source=none, as_of=none) %}
{{- config(severity='warn', meta={'cadence': 'hourly'}) -}}
{%- set read_up_to -%}
(select max(to_committed_at) from _meta.loaded_batch where source = '{{ of_source }}')
{%- endset -%}
{%- set now = as_of or (dbt.current_timestamp() if of_source is none else read_up_to) -%}
select newest as newest_at from (select max({{ column_name }}) as newest from {{ model }}) as newest_row
where (newest is null or newest < {{ date_add('hour', -1 * hours, now) }})
  {%- if of_source is not none %} and {{ read_up_to }} is not null{% endif %}
{% endtest %}
