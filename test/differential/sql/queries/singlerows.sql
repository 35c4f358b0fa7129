select order_id, country, order_date from operations order by order_id limit 10 -- ordered
;
select order_id, country from operations where order_id between 1010 and 1020;
select order_id, order_status, channel from operations where country = 'JP' and channel = 'web';
select event_date, event_type, country, currency, gmv from finance where country = 'JP' and event_type in ('sale', 'refund');
select event_date, currency, gmv, returns, sold_units from finance where order_id = 1010;
select gmv from finance where currency = 'USD' order by gmv desc limit 5 -- ordered
;
select country, upper(channel), order_id + 1 from operations where order_id < 1010;
select order_id, to_char(order_date, 'YYYY-MM-DD') from operations where order_id < 1010 order by 1 desc -- ordered
;
select ticket_id, topic, priority from support where unsolved and priority = 'high' order by 1 -- ordered
;
select order_id from operations where cancelled order by order_id limit 7 offset 3 -- ordered
;
select order_id, row_number() over (order by order_id desc) from operations where country = 'AT';
select distinct on (country) country, order_id from operations order by country, order_id desc -- ordered
;
select order_id, cancelled from operations where order_id < 1010 -- refused
;
select order_id, measure(orders) from operations where order_id < 1010 group by order_id;
select count(*) from (select order_id from operations where country = 'DE') q;
select carrier, shipment_id, shipped_date from shipping_performance where late and carrier is null;
select payout_id, status from bank where paid order by payout_id limit 5 -- ordered
;
select "order_id" as "Order Id", "country" as "Land" from "public"."operations" as "o" where "o"."order_id" = 1010;
select country || '-' || order_status as k from operations where order_id <= 1012;
select order_id from operations where length(country) = 2 and order_id % 50 = 0;
