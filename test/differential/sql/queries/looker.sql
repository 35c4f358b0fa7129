SELECT
    (TO_CHAR(DATE_TRUNC('month', operations."order_date" ), 'YYYY-MM')) AS "operations.order_month",
    COALESCE(SUM(operations."orders"), 0) AS "operations.orders"
FROM public.operations AS operations
WHERE ((( operations."order_date" ) >= ((DATE_TRUNC('month', TIMESTAMP '2025-03-15'))) AND ( operations."order_date" ) < ((DATE_TRUNC('month', TIMESTAMP '2025-03-15') + (6 || ' month')::INTERVAL))))
GROUP BY (DATE_TRUNC('month', operations."order_date" ))
ORDER BY 1 DESC
FETCH NEXT 500 ROWS ONLY -- ordered
;
SELECT
    (DATE(operations."order_date" )) AS "operations.order_date",
    MEASURE(operations."cancellation_rate") AS "operations.rate"
FROM public.operations AS operations
WHERE operations.order_date >= '2025-06-01' and operations.order_date < '2025-06-15'
GROUP BY 1
ORDER BY 1 DESC
FETCH NEXT 500 ROWS ONLY -- ordered
;
SELECT * FROM (
SELECT *, DENSE_RANK() OVER (ORDER BY z___min_rank) as z___pivot_row_rank, RANK() OVER (PARTITION BY z__pivot_col_rank ORDER BY z___min_rank) as z__pivot_col_ordering, CASE WHEN z___min_rank = z___rank THEN 1 ELSE 0 END AS z__is_highest_ranked_cell FROM (
SELECT *, MIN(z___rank) OVER (PARTITION BY "operations.country") as z___min_rank FROM (
SELECT *, RANK() OVER (ORDER BY CASE WHEN z__pivot_col_rank=1 THEN (CASE WHEN "operations.orders" IS NOT NULL THEN 0 ELSE 1 END) ELSE 2 END, CASE WHEN z__pivot_col_rank=1 THEN "operations.orders" ELSE NULL END DESC, "operations.orders" DESC, z__pivot_col_rank, "operations.country") AS z___rank FROM (
SELECT *, DENSE_RANK() OVER (ORDER BY "operations.channel" NULLS LAST) AS z__pivot_col_rank FROM (
SELECT operations."channel" AS "operations.channel", operations."country" AS "operations.country", measure(operations."orders") AS "operations.orders"
FROM public.operations AS operations
GROUP BY 1, 2) ww
) bb WHERE z__pivot_col_rank <= 16384
) aa
) xx
) zz
WHERE (z__pivot_col_rank <= 50 OR z__is_highest_ranked_cell = 1) AND (z___pivot_row_rank <= 500 OR z__pivot_col_ordering = 1) ORDER BY z___pivot_row_rank;
SELECT COALESCE(SUM(finance."gmv"), 0) AS "finance.total", COUNT(DISTINCT finance."country" ) AS "finance.countries" FROM public.finance AS finance WHERE (finance."currency" ) = 'EUR' AND ((finance."country" ) <> 'DE' OR (finance."country" ) IS NULL) FETCH NEXT 1 ROWS ONLY;
SELECT CASE WHEN operations."order_id" < 1100 THEN '0 up to 1100' WHEN operations."order_id" >= 1100 THEN '1100 or more' ELSE 'Undefined' END AS "operations.tier", COUNT(*) AS "n" FROM public.operations AS operations GROUP BY 1 ORDER BY 1 FETCH NEXT 500 ROWS ONLY -- ordered
;
WITH country_facts AS (select country, measure(orders) as lifetime from operations group by 1) SELECT country_facts."country" AS c, COALESCE(SUM(country_facts."lifetime"), 0) AS s FROM country_facts WHERE country_facts.lifetime > 10 GROUP BY 1 ORDER BY 2 DESC, 1 FETCH NEXT 500 ROWS ONLY -- ordered
;
SELECT EXTRACT(MONTH FROM operations."order_date" )::integer AS "m", TO_CHAR(DATE_TRUNC('quarter', operations."order_date" ), 'YYYY-"Q"Q') AS q, COUNT(*) AS n FROM public.operations AS operations GROUP BY 1, 2;
SELECT CASE WHEN (operations."country" = 'DE') THEN 'Yes' ELSE 'No' END AS is_de, MEASURE(operations.orders) AS n FROM public.operations AS operations GROUP BY 1;
SELECT t0.country, SUM(t0.gmv) AS t0_qt_abc FROM (SELECT * FROM "public"."finance") AS t0 WHERE (t0.currency = 'EUR' AND (t0.event_date >= '2025-01-01' AND t0.event_date <= '2025-12-31')) GROUP BY t0.country ORDER BY t0_qt_abc DESC, t0.country LIMIT 10 -- ordered
;
SELECT clmn0_, SUM(clmn1_) AS clmn2_ FROM (SELECT t0.country AS clmn0_, t0.orders AS clmn1_ FROM (SELECT country, channel, measure(orders) as orders FROM operations GROUP BY 1, 2) t0) t GROUP BY clmn0_ ORDER BY clmn2_ DESC, clmn0_ LIMIT 2000001 -- ordered
;
SELECT DATE_TRUNC('day', t0.order_date) AS t0_date, COUNT(1) AS t0_records FROM public.operations AS t0 WHERE t0.order_date BETWEEN DATE '2025-05-01' AND DATE '2025-05-28' GROUP BY t0_date ORDER BY t0_date ASC -- ordered
;
