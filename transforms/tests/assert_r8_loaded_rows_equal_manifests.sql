-- R8, source to raw: a batch holds as many rows as its manifest recorded when the source was read.
-- Only batches staged since the last publication are counted: older ones were checked before they were published.
with recent as (
  select batch_id from _meta.staged_batch
  where step > (select coalesce(max(stage_step), 0) from _meta.publication)
)

select l.table_name, l.row_count as manifest_rows, r.row_count as raw_rows
from (
  select table_name, sum(row_count) as row_count from _meta.load_ledger
  where source in ('shop', 'shop_snapshots') and table_name in ('orders', 'order_lines')
    and batch_id in (select batch_id from recent)
  group by table_name
) as l
left join (
  select 'orders' as table_name, count(*) as row_count from {{ source('shop', 'orders') }}
  where _batch_id in (select batch_id from recent)
  union all
  select 'order_lines', count(*) from {{ source('shop', 'order_lines') }}
  where _batch_id in (select batch_id from recent)
) as r on r.table_name = l.table_name
where l.row_count <> coalesce(r.row_count, 0)
