select country, measure(orders) o, rank() over (order by measure(orders) desc) from operations group by 1;
select country, channel, measure(orders) o, row_number() over (partition by country order by measure(orders) desc, channel) from operations group by 1, 2;
select country, measure(orders), sum(measure(orders)) over () from operations group by 1;
select country, measure(orders)::numeric / sum(measure(orders)) over () as share from operations group by 1;
select date_trunc('month', order_date) m, measure(orders), sum(measure(orders)) over (order by date_trunc('month', order_date)) as running from operations group by 1;
select date_trunc('month', order_date) m, avg(measure(orders)) over (order by date_trunc('month', order_date) rows between 2 preceding and current row) from operations group by 1;
select date_trunc('month', order_date) m, lag(measure(cancellation_rate)) over w, lead(measure(cancellation_rate), 1) over w from operations group by 1 window w as (order by date_trunc('month', order_date));
select country, ntile(3) over (order by measure(orders), country), percent_rank() over (order by measure(orders)), cume_dist() over (order by measure(orders)) from operations group by 1;
select country, first_value(country) over (order by measure(orders) desc, country) from operations group by 1;
select * from (select country, channel, measure(orders) o, row_number() over (partition by country order by measure(orders) desc, channel) r from operations group by 1, 2) q where r = 1;
select country, measure(orders) - avg(measure(orders)) over () from operations group by country having measure(orders) > 10;
select country, dense_rank() over (order by count(*) desc) from operations group by country;
select distinct country, count(*) over () from (select country from operations group by country) q;
select country, currency, measure(gmv), sum(measure(gmv)) over (partition by currency order by country nulls first range between unbounded preceding and current row) from finance group by 1, 2;
select m, o, o - lag(o, 12) over (order by m) from (select date_trunc('month', order_date) m, measure(orders) o from operations group by 1) q order by m -- ordered
;
select count(*) over (partition by country) from operations where country = 'DE' and order_date < '2025-01-01';
select country, max(measure(orders)) over (partition by country is null) from operations group by 1;
select country, sum(orders) over () from operations -- both refuse
;
select country, nth_value(measure(orders), 2) over (order by measure(orders) desc rows between unbounded preceding and unbounded following) from operations group by 1;
select channel, measure(orders) o, rank() over (order by measure(orders) filter (where country = 'DE') desc) from operations group by 1;
