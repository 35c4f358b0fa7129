SELECT country AS country, sum(gmv) AS "SUM(gmv)" FROM public.finance WHERE currency = 'EUR' GROUP BY country ORDER BY "SUM(gmv)" DESC, country LIMIT 1000 -- ordered
;
SELECT DATE_TRUNC('day', order_date) AS __timestamp, country AS country, sum(orders) AS "SUM(orders)" FROM public.operations WHERE order_date >= TO_TIMESTAMP('2025-01-01 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US') AND order_date < TO_TIMESTAMP('2025-04-01 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US') GROUP BY DATE_TRUNC('day', order_date), country ORDER BY "SUM(orders)" DESC, __timestamp, country LIMIT 50000 -- ordered
;
SELECT DATE_TRUNC('week', order_date) AS order_date, MEASURE(cancellation_rate) AS cancellation_rate FROM public.operations GROUP BY DATE_TRUNC('week', order_date) LIMIT 10000;
SELECT country AS country, COUNT(*) AS count FROM (SELECT * FROM operations WHERE channel = 'web') AS virtual_table GROUP BY country ORDER BY count DESC, country LIMIT 100 -- ordered
;
SELECT country AS country, sum(n) AS "SUM(n)" FROM (SELECT country, channel, measure(orders) AS n FROM operations GROUP BY 1, 2) AS virtual_table GROUP BY country ORDER BY "SUM(n)" DESC, country LIMIT 10000 -- ordered
;
SELECT DATE_TRUNC('month', order_date) AS __timestamp, country AS country, sum(orders) AS mme FROM public.operations
JOIN (SELECT country AS country__, sum(orders) AS mme_inner__ FROM public.operations WHERE order_date >= '2025-01-01' AND order_date < '2026-01-01' GROUP BY country ORDER BY mme_inner__ DESC, country LIMIT 3) AS anon_1 ON country = country__
WHERE order_date >= '2025-01-01' AND order_date < '2026-01-01' GROUP BY DATE_TRUNC('month', order_date), country ORDER BY mme DESC, 1, 2 LIMIT 1000;
SELECT DATE_TRUNC('month', event_date) AS __timestamp, country AS country, channel AS channel, sum(gmv) AS "Σ gmv" FROM public.finance
JOIN (SELECT country AS country__, channel AS channel__, sum(gmv) AS mme_inner__ FROM public.finance WHERE currency = 'EUR' GROUP BY country, channel ORDER BY mme_inner__ DESC, 1, 2 LIMIT 4) AS series_limit ON country = country__ AND channel = channel__
WHERE currency = 'EUR' GROUP BY DATE_TRUNC('month', event_date), country, channel;
SELECT COUNT(*) AS rowcount FROM (SELECT country AS country, sum(orders) AS n FROM public.operations GROUP BY country LIMIT 10000) AS rowcount_qry;
SELECT country AS country, CASE WHEN measure(orders) > 40 THEN 'big' ELSE 'small' END AS size FROM public.operations GROUP BY country LIMIT 1000;
SELECT sum(gmv) AS "SUM(gmv)", sum(returns)/sum(gmv) AS "return share" FROM public.finance WHERE currency IN ('EUR') AND (event_type IN ('sale', 'refund')) LIMIT 50000;
SELECT DATE_TRUNC('day', DATE_TRUNC('week', order_date + INTERVAL '1 day') + INTERVAL '5 days') AS __timestamp, COUNT(*) AS count FROM public.operations GROUP BY DATE_TRUNC('day', DATE_TRUNC('week', order_date + INTERVAL '1 day') + INTERVAL '5 days');
SELECT DATE_TRUNC('day', order_date) AS __timestamp, COUNT(*) AS count FROM public.operations WHERE order_date >= TO_DATE('2025-02-01', 'YYYY-MM-DD') AND order_date < TO_DATE('2025-02-15', 'YYYY-MM-DD') GROUP BY DATE_TRUNC('day', order_date) ORDER BY count DESC, __timestamp -- ordered
;
SELECT country AS country FROM public.operations GROUP BY country LIMIT 10000;
SELECT MAX(order_date) AS "MAX(order_date)", MIN(order_date) AS "MIN(order_date)", COUNT(DISTINCT country) AS "COUNT_DISTINCT(country)" FROM public.operations LIMIT 50000;
SELECT country, channel, sum(orders) AS total FROM public.operations WHERE channel ILIKE '%w%' AND country IS NOT NULL GROUP BY country, channel HAVING sum(orders) > 2 LIMIT 1000;
SELECT country, order_date, order_id FROM public.operations LIMIT 0;
SELECT t.country, t.n, rank() OVER (ORDER BY t.n DESC, t.country) AS r FROM (SELECT country, measure(orders) AS n FROM operations GROUP BY country) AS t LIMIT 1001;
WITH top AS (SELECT country, measure(orders) AS n FROM operations GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3) SELECT country AS country, max(n) AS "MAX(n)" FROM (SELECT * FROM top) AS virtual_table GROUP BY country LIMIT 1000;
