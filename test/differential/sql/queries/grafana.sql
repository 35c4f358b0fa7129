SELECT floor(extract(epoch from order_date)/86400)*86400 AS "time", sum(orders) AS "orders" FROM operations WHERE order_date BETWEEN '2025-01-01T00:00:00Z' AND '2025-06-30T23:59:59.999Z' GROUP BY 1 ORDER BY 1 -- ordered
;
SELECT floor(extract(epoch from event_date)/604800)*604800 AS time, sum(gmv) AS gmv FROM finance WHERE event_date >= '2025-01-01T00:00:00Z' AND event_date <= '2025-06-30T23:59:59.999Z' AND currency = 'EUR' GROUP BY time ORDER BY time -- ordered
;
SELECT date_trunc('day', order_date) AS "time", country AS metric, count(*) AS value FROM operations WHERE order_date BETWEEN '2025-03-01T00:00:00Z' AND '2025-03-31T23:59:59Z' GROUP BY 1, 2 ORDER BY 1, 2 -- ordered
;
SELECT $$DE$$ AS metric, order_date AS "time", measure(orders) FROM operations WHERE country = 'DE' AND order_date BETWEEN '2025-03-01T00:00:00Z' AND '2025-03-31T23:59:59Z' GROUP BY order_date ORDER BY "time" LIMIT 50 -- ordered
;
SELECT extract(epoch from order_date)::bigint AS "time", measure(orders) AS value FROM operations WHERE order_date > to_timestamp(1740787200) AND order_date < to_timestamp(1743465600) GROUP BY 1;
SELECT country AS __text, country AS __value FROM operations GROUP BY country ORDER BY 1 -- ordered
;
SELECT DISTINCT channel FROM operations WHERE country IN ('DE','AT') ORDER BY channel -- ordered
;
SELECT date_trunc('week', order_date) AS time, CASE WHEN country = 'DE' THEN 'home' ELSE 'abroad' END AS metric, sum(orders) FROM operations GROUP BY 1, 2;
SELECT date_trunc('month', order_date) AS time, sum(orders) FILTER (WHERE country = 'DE') AS de, sum(orders) FILTER (WHERE country <> 'DE') AS other FROM operations GROUP BY 1;
SELECT time, n - lag(n) OVER (ORDER BY time) AS delta FROM (SELECT date_trunc('month', order_date) AS time, measure(orders) AS n FROM operations GROUP BY 1) q ORDER BY time -- ordered
;
SELECT g.time, coalesce(n, 0) AS n FROM generate_series(timestamp '2025-01-01', timestamp '2025-12-01', interval '1 month') AS g(time) LEFT JOIN (SELECT date_trunc('month', order_date) AS time, measure(orders) AS n FROM operations WHERE country = 'DE' GROUP BY 1) q ON q.time = g.time ORDER BY 1 -- ordered
;
SELECT now() > max(order_date) AS past, max(order_date) FROM operations;
SELECT to_timestamp(floor(extract(epoch from order_date)/2592000)*2592000) AS "time", sum(orders) FROM operations GROUP BY 1 ORDER BY 1 -- ordered
;
SELECT date_bin('7 days', order_date, timestamp '2024-01-01') AS time, sum(orders) AS n FROM operations GROUP BY 1 ORDER BY 1 -- ordered
;
