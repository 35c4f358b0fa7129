-- Orders in a currency that has no rate: their events have amounts of their own, but none in the reporting currency.
{{ config(severity='warn', meta={'looks_again_by': 'order_id'}) }}
select o.order_id, o.currency, o.order_date
from {{ ref('fct_orders') }} as o
left join (select distinct currency from {{ ref('fx_rate') }}) as r on r.currency = o.currency
where r.currency is null and {{ touched_in_run('o.order_id', {'fct_orders': 'order_id'}) }}
