-- operations: Which products come back most?
-- Goods that were refunded, by product as it is called now, with the share of the units sold. Without test orders.
with moves as (
  select product_durable_key, currency,
    sum(case when event_type = 'sale' then quantity else 0 end) as sold_units,
    sum(case when event_type = 'refund' then -quantity else 0 end) as returned_units,
    sum(case when event_type = 'refund' then -amount_minor else 0 end) as returned_minor
  from marts.fct_order_events
  where event_type in ('sale', 'refund') and not is_test
  group by product_durable_key, currency
)

select
  p.product_id,
  p.title,
  m.currency,
  m.sold_units,
  m.returned_units,
  m.returned_minor,
  round(1.0 * m.returned_units / nullif(m.sold_units, 0), 4) as return_rate
from moves as m
join marts.dim_product as p on p.product_durable_key = m.product_durable_key and p.is_current
where m.returned_units > 0
order by m.returned_minor desc, p.product_id, m.currency
