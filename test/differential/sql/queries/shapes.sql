select (not (country = 'DE')) is null as x, count(*) from operations group by 1;
select (country in ('DE', 'AT')) = (channel = 'web') as x, count(*) from operations group by 1;
select (country like 'D%') is not true as x, count(*) from operations group by 1;
select not (country = 'DE' and channel = 'web') is null as x, count(*) from operations group by 1;
select (measure(orders) - (1 - 2)) * -(1 + measure(orders)) from operations;
select measure(orders) from operations where (not (country = 'DE')) is null;
select measure(orders) from operations where ((country = 'DE') is null) is false;
select measure(orders) from operations where (country between 'A' and 'E') = (channel is null);
select country, measure(orders) o from operations group by 1 order by 2 desc fetch first 2 rows with ties;
with "$Q" as (select country, measure(orders) "$o" from operations group by 1) select "$Q"."$o" from "$Q";
select u.country from ((select country from operations group by 1) a join (select country from shipping_performance group by 1) b using (country) as "U$") as u;
select country, measure(orders), (select count(*) from shipping_performance) as all_shipments from operations group by 1;
select country, (select max(measure) from (values (1)) v(measure)) from operations group by 1;
select country, measure(orders) from operations group by 1 having count(*) > (select count(*) / 100 from shipping_performance);
select count(country), count(channel), count(order_date) from operations;
select country, count(channel) from operations group by 1;
select country, count(fulfilled_date) filter (where channel = 'web') from operations group by 1;
select count(category) from operations -- refused
;
select sum(case when country = 'DE' then 1 else 0 end), sum(case when channel is null then 1 end), count(case when country = 'DE' then 1 end), count(case when country = 'DE' then order_id end) from operations;
select country, sum(case channel when 'web' then 1 when 'app' then 1 else 0 end)::numeric / count(*) as share from operations group by 1;
select sum(case when country = 'DE' then 1 else 0 end) from operations where country = 'nowhere';
select category, sum(case when country = 'DE' then 1 else 0 end) from operations group by 1 -- refused
;
select sum(case when country = 'DE' then 2 else 0 end) from operations -- refused
;
select date(order_date) d, measure(cancellation_rate) from operations group by 1;
select country, order_id from operations o where exists (select 1 from shipping_performance s where s.country = o.country and s.shipped_date > o.order_date + interval '500 days');
with top as (select country from operations group by 1 order by measure(orders) desc, 1 limit 2) select measure(cancellation_rate) from operations where country in (select country from top);
with top as (select country, channel from operations group by 1, 2 order by measure(orders) desc, 1, 2 limit 4) select o.country, measure(o.orders) from operations o join top on top.country = o.country and top.channel = o.channel group by 1;
select o.channel, count(*) from operations o join (select country from operations group by 1) t on o.country = t.country or (o.channel is null and t.country is null) group by 1 -- refused
;
select o.channel, count(*) from operations o join (select country, channel from operations group by 1, 2) t on o.country = t.country and t.channel = t.country group by 1 -- refused
;
select o.channel, count(*) from operations o join (select country from operations group by 1) t on o.country is not distinct from t.country join (select segment from operations group by 1 having count(*) > 50) u on o.segment = u.segment group by 1;
select count(*) from (select country from operations group by 1) q where exists (select * from finance f where f.country = q.country and f.event_type = 'chargeback');
select public.operations.country, count(public.operations.channel) from public.operations group by public.operations.country having max(public.operations.order_date) > '2025-01-01' order by public.operations.country -- ordered
;
select count(*) from (select * from operations) operations where exists (select 1 from shipping_performance operations where operations.late and operations.country = 'DE');
select f.country, sum(f.gmv) from (select * from finance where currency = 'EUR') f where f.country in (select f.country from operations f group by 1 having measure(f.orders) > 30) group by 1;
select country, sum(count(channel)) over () from operations group by 1;
select country from operations group by 1 order by count(channel) desc, 1 -- ordered
;
select country from operations group by 1 having count(fulfilled_date) > 20;
select country, count(channel) filter (where order_date >= '2025-06-01'), count(*) from operations group by 1;
select count(coalesce(country, channel)), count(nullif(channel, 'web')) from operations;
select sum(case when country = 'DE' then 1 else 0 end) filter (where channel = 'web') from operations;
select sum(case when country = 'DE' then 1 when country = 'AT' then null else 0 end) from operations;
select country, sum(case when channel = 'web' then 1 else 0 end) * 1.0 / count(*), measure(orders) from operations group by 1;
select country, sum(case when channel = 'web' then 1 else 0 end), measure(cancellation_rate) from operations group by 1 -- refused
;
select o.country, count(*) from operations o join (select country, channel from operations group by 1, 2 having measure(orders) > 4) t on t.country = o.country and t.channel = o.channel and o.order_date > '2025-06-01' where o.order_status = 'paid' group by 1;
select o.country, count(*) from operations o join (select country from operations group by country order by count(*) desc, 1 limit 2) t on o.country = t.country where exists (select 1 from shipping_performance s where s.country = o.country and s.late) group by 1;
select o.country, count(*) from operations o join (select distinct country from operations where channel = 'web' order by 1 limit 2) t on o.country = t.country group by 1;
select o.country, count(*) from operations o join (select upper(country) as country from operations group by country) t on o.country = t.country group by 1 -- refused
;
select o.channel, count(*) from operations o join (select channel as country, country as channel from operations group by 1, 2) t on o.country = t.channel and o.channel = t.country group by 1;
select measure(orders) from operations where date(order_date) = '2025-03-04';
select measure(orders) from operations where date(order_date) >= date '2025-03-04' and date(order_date) < date '2025-04-04';
select distinct country from operations o where exists (select 1 from shipping_performance s where s.country = o.country and s.channel = o.channel);
select country, order_id from operations o where order_id < 1030 and country in (select s.country from shipping_performance s where s.channel = o.channel);
select country, order_id from operations o where order_id < 1030 and not exists (select * from shipping_performance s where s.country = o.country and s.channel = o.channel order by 1);
select count(*) from operations where 'DE' = any (array[country, channel]);
select case when grouping(country) = 1 then 'all' else country end, count(channel) from operations group by rollup (country);
select operations from operations where order_id = 1001 -- refused
;
select count(operations.*) from operations -- refused
;
select country, count(*) from operations tablesample system (100) group by 1 -- both refuse
;
select country, count(*) from only operations group by 1;
select (select country from operations order by country limit 1), (select count(*) from operations);
select measure(orders) from operations having measure(orders) > 1000000;
select 1 from operations group by country having false;
select country, measure(orders) from operations group by country order by 1 limit all offset 2 rows -- ordered
;
select country, measure(orders) from operations group by country order by country offset 1 fetch next row only -- ordered
;
select country, channel, row_number() over (order by country, channel) from operations group by country, channel limit 3;
select max(country), min(channel) from operations where country > 'A' having count(*) > 2;
select all country from operations where order_id < 1010;
select country c from operations group by c order by c;
select country from operations group by country, channel;
select distinct count(*) from operations group by country;
select distinct on (country) country, channel, measure(orders) o from operations group by 1, 2 order by country, o desc, channel -- ordered
;
select country, sum(orders) from operations group by country union select channel, sum(orders) from operations group by channel order by 2 desc, 1 limit 4 -- ordered
;
select measure(orders) from operations where operations is not null -- refused
;
