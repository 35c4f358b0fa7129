select date_trunc('year', order_date) y, measure(orders), measure(cancellation_rate) from operations group by 1;
select date_trunc('quarter', order_date) q, measure(cancellation_rate) from operations group by 1;
select date_trunc('week', order_date) w, measure(cancellation_rate) from operations group by 1;
select date_trunc('day', order_date) d, measure(orders) from operations where order_date >= '2025-12-01' group by 1;
select date_trunc('hour', order_date) h, measure(orders) from operations where order_date >= '2026-03-01' group by 1;
select order_date::date, measure(cancellation_rate) from operations where order_date >= '2026-03-01' group by 1;
select extract(year from order_date) y, extract(month from order_date) m, measure(cancellation_rate) from operations group by 1, 2;
select extract(isoyear from order_date) y, extract(week from order_date) w, measure(cancellation_rate) from operations group by 1, 2;
select extract(year from order_date) y, extract(week from order_date) w, measure(cancellation_rate) from operations group by 1, 2 -- refused
;
select date_part('doy', order_date) d, sum(orders) from operations where order_date < '2025-02-01' group by 1;
select extract(dow from order_date) d, sum(orders) from operations group by 1;
select extract(day from order_date) d, measure(cancellation_rate) from operations group by 1 -- refused
;
select to_char(order_date, 'YYYY-MM') m, measure(cancellation_rate) from operations group by 1 order by 1 -- ordered
;
select to_char(order_date, 'Day') d, sum(orders) from operations group by 1;
select to_char(order_date, 'IYYY-IW') w, measure(cancellation_rate) from operations group by 1;
select to_char(order_date, 'Mon YY') m, sum(orders) from operations group by 1;
select order_date + interval '1 month' as later, measure(orders) from operations where order_date < '2024-12-01' group by 1;
select (order_date at time zone 'UTC')::date d, sum(orders) from operations where order_date < '2024-12-01' group by 1;
select (order_date at time zone 'UTC' at time zone 'America/New_York')::date d, sum(orders) from operations where order_date < '2024-12-01' group by 1;
select date_trunc('month', order_date), date_trunc('year', order_date), measure(cancellation_rate) from operations group by 1, 2;
select date_trunc('month', order_date), date_trunc('week', order_date), measure(orders) from operations where order_date < '2025-02-01' group by 1, 2;
select date_trunc('month', event_date) e, date_trunc('month', order_date) o, currency, measure(gmv), measure(refund_rate) from finance where event_date >= '2026-01-01' group by 1, 2, 3;
select event_date - order_date as age, currency, sum(returns) from finance where event_type = 'refund' and currency = 'USD' group by 1, 2;
select order_date::date - date '2025-01-01' as days, measure(orders) from operations where order_date between '2025-01-01' and '2025-01-31' group by 1;
select age(order_date, timestamp '2024-01-01'), sum(orders) from operations where order_date < '2024-11-15' group by 1;
select make_date(extract(year from order_date)::int, extract(month from order_date)::int, 1) m, measure(orders) from operations group by 1;
select date_trunc('month', order_date)::date m, measure(cancellation_rate) from operations group by 1 order by m desc limit 3 -- ordered
;
select measure(orders) from operations where order_date >= date_trunc('year', timestamp '2025-07-07') and order_date < date_trunc('year', timestamp '2025-07-07') + interval '1 year';
select measure(orders) from operations where order_date > timestamp '2025-12-31' - 30 * interval '1 day';
select measure(orders) from operations where order_date >= timestamptz '2025-03-01 00:00:00+00';
select measure(orders) from operations where order_date >= timestamptz '2025-03-01 00:00:00+02';
select measure(orders) from operations where order_date >= '2025-03-01'::date and order_date < ('2025-03-01'::date + 7);
select measure(orders) from operations where (order_date, order_id) > (timestamp '2025-03-01', 1100);
select measure(orders) from operations where (order_date, order_date + interval '1 day') overlaps (timestamp '2025-03-01', timestamp '2025-04-01');
select measure(orders) from operations where order_date in ('2025-03-01', '2025-03-02', '2025-04-04');
select measure(orders) from operations where order_date = any (array['2025-03-01', '2025-03-02']::timestamp[]);
select measure(orders) from operations where order_date <> '2025-03-01';
select measure(cancellation_rate) from operations where not (order_date < '2025-03-01');
select measure(orders) from operations where order_date >= 'infinity';
select measure(orders) from operations where order_date >= '-infinity';
select measure(orders) from operations where order_date < '2025-02-30' -- both refuse
;
select measure(orders) from operations where fulfilled_date::date - order_date::date <= 1;
select measure(orders) from operations where fulfilled_date = order_date and order_date >= '2025-06-01';
select isfinite(order_date), count(*) from operations group by 1;
select extract(epoch from order_date), measure(orders) from operations where order_date < '2024-11-10' group by 1;
select date_trunc('month', fulfilled_date) m, measure(orders) from operations group by 1 order by 1 nulls first -- ordered
;
