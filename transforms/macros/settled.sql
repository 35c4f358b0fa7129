{# The tables that tell how far a source was read, as pairs of a source and a table. An API is read stream by stream, so
   that one that was read to the end says nothing of another. Refunds come with the charges' windows, and may be none; of the shop's log one table is as good as any. #}
{% macro told_by(source) -%}
{% set tables = {
  'stripe': ['charges', 'balance_transactions'],
  'shopify': ['orders'],
  'zendesk': ['tickets'],
} -%}
{{ return(tables.get(source, [none])) }}
{%- endmacro %}

{# Whether a moment is past for all of these sources, and has been for a while: what is staged of each was read later than
   that by the var reconciliation_lag_hours. What two sources say of it can be compared, and a difference is none of
   timing. Never true while one of them was not read at all. #}
{% macro is_settled(at, sources) -%}
{% set told = [] -%}
{% for source in sources %}{% for table in told_by(source) %}{% do told.append((source, table)) %}{% endfor %}{% endfor -%}
{{ at }} < (
  select case when count(*) = {{ told | length }}
    then {{ date_add('hour', 0 - var('reconciliation_lag_hours'), 'min(read_at)') }} end
  from (
    {%- for source, table in told %}
    {%- if not loop.first %}
    union all{% endif %}
    select max(b.to_committed_at) as read_at
    from _meta.loaded_batch as b
    where b.source = '{{ source }}' and b.batch_id in (select batch_id from _meta.staged_batch)
    {%- if table is not none %}
      and b.batch_id in (
        select batch_id from _meta.load_ledger where source = '{{ source }}' and table_name = '{{ table }}'
      )
    {%- endif %}
    having max(b.to_committed_at) is not null
    {%- endfor %}
  ) as reads
)
{%- endmacro %}
