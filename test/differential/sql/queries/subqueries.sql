with a as (select country, measure(orders) o from operations group by 1), b as (select * from a where o > 30) select * from b order by country -- ordered
;
with source as (select * from finance), renamed as (select country as land, currency, gmv as umsatz from source where event_type = 'sale'), final as (select land, currency, sum(umsatz) as n from renamed group by 1, 2) select * from final where n > 100;
with q as (select country, measure(orders) o from operations group by 1) select (select max(o) from q), (select min(o) from q), count(*) from q;
with recursive n(i) as (select 1 union all select i + 1 from n where i < 3) select i, country, o from n cross join (select country, measure(orders) o from operations group by 1 order by 2 desc, 1 limit 2) q;
with q (c, n) as (select country, measure(orders) from operations group by 1) select c, n from q where n = (select max(n) from q);
with q as materialized (select country, measure(orders) o from operations group by 1) select a.country from q a join q b on a.o = b.o + 0 and a.country = b.country;
select avg(o) from (select country, measure(orders) o from operations group by 1) q;
select percentile_cont(0.5) within group (order by o), stddev(o), max(o) - min(o) from (select country, measure(orders) o from operations group by 1) q;
select country, o from (select country, measure(orders) o from operations group by 1) q where o > (select avg(o) from (select country, measure(orders) o from operations group by 1) r);
select country, measure(orders) from operations group by 1 having measure(orders) > (select measure(orders) / 10 from operations);
select country, measure(orders), (select measure(orders) from operations) as everything from operations group by 1;
select measure(orders) from operations where country in (select country from finance where currency = 'EUR' group by 1 having sum(gmv) > 1000);
select measure(orders) from operations where country not in (select country from operations where country is not null group by 1 order by measure(orders) desc, 1 limit 2);
select measure(orders) from operations o where exists (select 1 from shipping_performance s where s.country = o.country and s.late);
select measure(orders) from operations o where not exists (select 1 from shipping_performance s where s.country = o.country and s.late group by s.country having measure(s.shipments) > 12) -- refused
;
select country, (select measure(shipments) from shipping_performance s where s.country = o.country) from (select country from operations group by 1) o -- refused
;
select country, (select n from (select country c, measure(shipments) n from shipping_performance group by 1) s where s.c = o.country) from (select country from operations group by 1) o;
select q.country, q.o from (select country, measure(orders) o, row_number() over (order by measure(orders) desc, country) r from operations group by 1) q where r <= 3;
select count(*) from (select distinct country, channel from operations) q;
select sum(o) from (select country, channel, measure(orders) o from operations group by 1, 2 limit 1000) q;
select sum(q.orders) from (select * from operations limit 10) q -- refused
;
select country, count(*) n from (select country, channel from operations group by country, channel) q group by country having count(*) > 3;
select x.* from (select country, measure(orders) from operations group by 1) x;
select x.* from (select country, max(order_date) from operations group by 1) x where max > '2026-04-01';
select q.c, sum(q.g) from (select country as c, gmv as g, currency from finance where event_date >= '2025-01-01') q where q.currency = 'EUR' and q.c <> 'DE' group by q.c;
select c, count(*) from (select upper(country) as c from operations) q group by c;
select d, count(*) from (select date_trunc('month', order_date) as d, country from operations where country = 'DE') q where d >= '2025-06-01' group by d;
select case when n > 20 then 'big' else 'small' end size, count(*), sum(n) from (select country, channel, measure(orders) n from operations group by 1, 2) q group by 1;
select country, array(select distinct channel from operations where channel is not null order by 1) from operations group by 1;
