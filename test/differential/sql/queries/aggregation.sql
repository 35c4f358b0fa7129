select country, currency, measure(gmv) from finance group by 1, 2;
select country, channel, currency, sum(gmv), measure(aov), measure(refund_rate) from finance group by country, channel, currency;
select measure(orders) from operations;
select count(*) from operations;
select count(*) as n, sum(orders), measure(orders), count(orders) from operations;
select sum(1), count(1) from operations where country = 'DE';
select sum(1), count(1) from operations where country = 'nowhere';
select measure(orders), measure(cancellation_rate) from operations where country = 'nowhere';
select measure(gmv), measure(aov), measure(sold_units) from finance where currency = 'XXX';
select country, measure(gmv) from finance where 1 = 0 group by 1;
select measure(gmv) from finance where currency = 'EUR' and false;
select order_status, measure(orders), measure(customers), count(distinct customers) from operations group by 1;
select category, measure(orders), measure(order_lines) from operations group by 1;
select category, line_kind, count(orders) from operations group by 1, 2;
select case when category = 'books' then 'b' else 'other' end as c, measure(order_lines) from operations group by 1;
select case when category = 'books' then 'b' else 'other' end as c, measure(orders) from operations group by 1 -- refused
;
select upper(country) c, measure(orders) from operations group by 1;
select upper(country) c, currency, measure(gmv) from finance group by 1, 2;
select upper(country) c, measure(cancellation_rate) from operations group by 1 -- refused
;
select country || '/' || channel as place, measure(orders) from operations group by 1;
select coalesce(country, 'none') as c, measure(orders), measure(fulfilled_orders) from operations group by coalesce(country, 'none');
select length(channel), count(*) from operations group by 1;
select distinct country from finance;
select distinct country, channel from operations where country is not null;
select distinct upper(country) from operations;
select distinct date_trunc('year', order_date) from operations;
select min(order_date), max(order_date), count(distinct country), count(distinct channel) from operations;
select country, min(order_date), max(event_date), count(distinct category) from finance group by country;
select country, measure(orders), max(order_date) from operations group by 1;
select country, measure(cancellation_rate), max(order_date) from operations group by 1 -- refused
;
select country, measure(cancellation_rate), max(country) from operations group by 1;
select sum(order_id) from operations -- refused
;
select avg(gmv) from finance -- refused
;
select measure(gmv) from finance -- both refuse
;
select country, measure(orders) from operations group by rollup(country);
select country, channel, measure(orders), grouping(country) from operations group by cube(country, channel);
select country, channel, measure(orders) from operations group by grouping sets ((country), (channel), ());
select country, measure(cancellation_rate) from operations group by rollup(country) -- refused
;
select country, count(*) filter (where channel = 'web'), count(*) filter (where channel <> 'web') from operations group by 1;
select currency, measure(gmv) filter (where event_type = 'sale'), sum(gmv) filter (where channel in ('web', 'app')) from finance group by 1;
select currency, sum(case when channel = 'web' then gmv else 0 end) web, sum(case when channel = 'app' then gmv end) app from finance group by 1;
select string_agg(distinct country, ',' order by country) from operations;
select array_agg(distinct country order by country) from operations where country is not null;
select bool_or(country = 'DE'), bool_and(country is not null) from operations;
select country, measure(orders) from operations group by country having measure(orders) > 30;
select country, measure(orders) from operations group by country having measure(orders) between 10 and 50 and country <> 'DE';
select country from operations group by country having sum(orders) > 20 and max(order_date) > '2025-06-01';
select country, measure(orders) * 100 / 7 + 1, measure(fulfilled_orders)::numeric / nullif(measure(orders), 0) from operations group by 1;
select country, round(measure(fulfilled_orders)::numeric / measure(orders), 3) r from operations group by 1 order by r desc, 1 -- ordered
;
select country, case when measure(orders) > 40 then 'many' else 'few' end from operations group by 1;
select country as orders, measure(orders) as country from operations group by operations.country order by 2 desc, 1 -- ordered
;
select order_id, measure(sold_units) from finance group by 1 order by 2 desc, 1 limit 7 -- ordered
;
select sku as s, measure(sold_units) as units from finance group by s order by units desc nulls last, s limit 3 -- ordered
;
select country, measure(cancellation_rate) from operations group by country order by measure(cancellation_rate) desc, country desc limit 2 offset 1 -- ordered
;
select date_trunc('month', order_date) as m, measure(orders) from operations group by 1 order by m desc limit 4 -- ordered
;
select extract(month from order_date) as m, country, measure(orders) from operations group by 1, 2 order by 1 desc, 3 desc, 2 limit 4 -- ordered
;
select country, measure(orders) from operations group by 1 having measure(orders) > 20 order by 1 limit 2 -- ordered
;
