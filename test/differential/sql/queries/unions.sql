select country, measure(orders) from operations where channel = 'web' group by 1 union all select country, measure(orders) from operations where channel = 'app' group by 1;
select country from operations union select country from finance;
select country from operations group by 1 intersect select country from shipping_performance where late group by 1;
select country from operations group by 1 except select country from operations where country in ('DE', 'AT') group by 1;
select 'orders' as what, measure(orders) as n from operations union all select 'tickets', measure(tickets) from support union all select 'shipments', measure(shipments) from shipping_performance order by 1 -- ordered
;
select what, sum(n) from (select country what, measure(orders) n from operations group by 1 union all select carrier, measure(shipments) from shipping_performance group by 1) q group by 1;
(select country, measure(orders) o from operations group by 1 order by 2 desc, 1 limit 2) union all (select country, measure(orders) o from operations group by 1 order by 2, 1 limit 2);
select null as country, measure(orders) from operations union all select country, measure(orders) from operations group by 1;
select date_trunc('month', order_date) d, 'o' k, measure(orders)::numeric v from operations group by 1 union all select date_trunc('month', event_date), 'g', measure(gmv) from finance where currency = 'EUR' group by 1;
select country, channel from operations where order_date < '2024-12-01' intersect all select country, channel from operations where order_date >= '2024-12-01';
select 1 as x union select measure(orders) from operations;
select country from (select country, gmv from finance where currency = 'EUR' union all select country, returns from finance where currency = 'EUR') q group by 1 -- refused
;
