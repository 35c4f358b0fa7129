select a.country, a.o, b.s from (select country, measure(orders) o from operations group by 1) a join (select country, measure(shipments) s from shipping_performance group by 1) b on a.country = b.country;
select coalesce(a.country, b.country) c, a.o, b.s from (select country, measure(orders) o from operations where channel = 'web' group by 1) a full join (select country, measure(shipments) s from shipping_performance where channel = 'app' group by 1) b on a.country = b.country;
select a.country, a.o, b.s from (select country, measure(orders) o from operations group by 1) a left join (select country, measure(shipments) s from shipping_performance where late group by 1) b using (country);
select * from (select country, measure(orders) o from operations group by 1) a natural join (select country, measure(on_time_rate) r from shipping_performance group by 1) b;
select a.country, b.channel from (select distinct country from operations) a cross join (select distinct channel from operations) b;
select a.country, b.country from (select country, measure(orders) o from operations group by 1) a join (select country, measure(orders) o from operations group by 1) b on a.o < b.o;
select m, o, t from (select date_trunc('month', order_date) m, measure(orders) o from operations group by 1) a join (select date_trunc('month', created_date) m, measure(tickets) t from support group by 1) b using (m) order by m -- ordered
;
select a.segment, o, t, g from (select segment, measure(orders) o from operations group by 1) a join (select segment, measure(tickets) t from support group by 1) b on a.segment = b.segment join (select segment, measure(gmv) g from finance where currency = 'EUR' group by 1) c on c.segment = a.segment;
select a.country, a.o, b.n from (select country, measure(orders) o from operations group by 1) a join (values ('DE', 'Germany'), ('AT', 'Austria')) b (code, n) on a.country = b.code;
select a.country, x.k from (select country, measure(orders) o from operations group by 1) a, lateral (select a.o * 2 as k) x;
select v.code, q.o from (values ('DE'), ('XX')) v (code) left join (select country, measure(orders) o from operations group by 1) q on q.country = v.code;
select a.country, count(*), sum(b.o) from (select country from operations group by 1) a join (select country, channel, measure(orders) o from operations group by 1, 2) b on a.country = b.country group by a.country;
select operations.country from operations join finance on operations.country = finance.country -- refused
;
select o.country, measure(o.orders) from operations o, finance f where o.order_id = f.order_id group by 1 -- refused
;
select o.country, measure(o.orders) n from operations o join (select country from operations group by 1 having measure(orders) > 40) t on o.country = t.country group by 1;
select o.channel, measure(o.cancellation_rate) n from operations o join (select country c, channel h from operations group by 1, 2 having measure(orders) > 10) t on o.country = t.c and t.h = o.channel where o.order_date >= '2025-01-01' group by 1;
select f.channel, f.currency, sum(f.gmv) from finance f join (select distinct country from shipping_performance where late) l on f.country = l.country where f.currency = 'EUR' group by 1, 2;
select o.country, t.n, measure(o.orders) from operations o join (select country, measure(orders) n from operations group by 1) t on o.country = t.country group by 1, 2 -- refused
;
select o.channel, count(*) from operations o join (select country, channel from operations group by 1, 2) t on o.country = t.country group by 1 -- refused
;
select o.channel, count(*) from operations o left join (select country from operations group by 1) t on o.country = t.country group by 1 -- refused
;
