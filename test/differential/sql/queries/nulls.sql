select country, measure(orders) from operations group by 1 order by 1 nulls first -- ordered
;
select country, measure(orders) from operations group by 1 order by 1 desc -- ordered
;
select country, measure(orders) from operations group by 1 order by 1 desc nulls last -- ordered
;
select coalesce(channel, '(null)') c, count(*) from operations group by 1 order by 1 -- ordered
;
select nullif(channel, '') c, count(*) from operations group by 1;
select count(distinct coalesce(country, '?')), count(distinct country) from operations;
select measure(orders) from operations where country is not distinct from null;
select measure(orders) from operations where country is distinct from 'DE' and channel is not distinct from 'web';
select measure(orders) from operations where (country = 'DE') is null;
select measure(orders) from operations where (country = 'DE') is not true;
select measure(orders) from operations where (country = 'DE') is false;
select measure(orders) from operations where not (country = 'DE' or null);
select measure(orders) from operations where country = null;
select measure(orders) from operations where country not in (select null::text);
select measure(orders) from operations where coalesce(fulfilled_date, order_date) >= '2025-07-01';
select measure(orders) from operations where fulfilled_date is null and order_date >= '2025-07-01';
select topic, measure(satisfaction_rate), measure(first_response_time) from support group by 1;
select topic, coalesce(measure(satisfaction_rate), 0) from support where priority is null group by 1;
select measure(satisfaction_rate) is null, measure(tickets) from support where topic = 'nothing';
select measure(gmv) is null, measure(aov) is null, measure(sold_units) is null from finance where country = 'nowhere';
select sum(gmv), sum(sold_units) from finance where country = 'nowhere' and currency = 'EUR';
select country, sum(sold_units) from finance where event_type = 'tax' group by 1;
select concat(country, '|', channel) k, count(*) from operations group by 1;
select country || channel k, count(*) from operations group by 1;
select greatest(country, channel) k, count(*) from operations group by 1;
select num_nulls(country, channel) n, count(*) from operations group by 1;
