{{ config(materialized='incremental', incremental_strategy='merge', unique_key='order_line_id') }}
select * from {{ ref('int_order_lines__amounts') }}
{{ newer_only('updated_at') }}
