SELECT "public"."finance"."country" AS "country", SUM("public"."finance"."gmv") AS "sum" FROM "public"."finance" WHERE "public"."finance"."currency" = 'EUR' GROUP BY "public"."finance"."country" ORDER BY "public"."finance"."country" ASC -- ordered
;
SELECT DATE_TRUNC('month', "public"."finance"."event_date") AS "event_date", SUM("public"."finance"."gmv") AS "sum" FROM "public"."finance" WHERE "public"."finance"."currency" = 'EUR' GROUP BY DATE_TRUNC('month', "public"."finance"."event_date") ORDER BY DATE_TRUNC('month', "public"."finance"."event_date") ASC -- ordered
;
SELECT CAST("public"."operations"."order_date" AS date) AS "order_date", COUNT(*) AS "count" FROM "public"."operations" GROUP BY CAST("public"."operations"."order_date" AS date) ORDER BY CAST("public"."operations"."order_date" AS date) ASC LIMIT 40 -- ordered
;
SELECT (DATE_TRUNC('week', ("public"."operations"."order_date" + INTERVAL '1 day')) + INTERVAL '-1 day') AS "order_date", COUNT(*) AS "count" FROM "public"."operations" GROUP BY (DATE_TRUNC('week', ("public"."operations"."order_date" + INTERVAL '1 day')) + INTERVAL '-1 day') ORDER BY (DATE_TRUNC('week', ("public"."operations"."order_date" + INTERVAL '1 day')) + INTERVAL '-1 day') ASC -- ordered
;
SELECT CAST(DATE_TRUNC('month', "public"."finance"."event_date") AS date) AS "event_date", "public"."finance"."currency" AS "currency", SUM("public"."finance"."net_revenue") AS "sum", MEASURE("public"."finance"."aov") AS "aov" FROM "public"."finance" GROUP BY CAST(DATE_TRUNC('month', "public"."finance"."event_date") AS date), "public"."finance"."currency" ORDER BY CAST(DATE_TRUNC('month', "public"."finance"."event_date") AS date) ASC, "public"."finance"."currency" ASC -- ordered
;
SELECT "source"."country" AS "country", SUM("source"."gmv") AS "sum" FROM (SELECT "public"."finance"."country" AS "country", "public"."finance"."currency" AS "currency", "public"."finance"."gmv" AS "gmv" FROM "public"."finance" WHERE "public"."finance"."event_type" = 'sale') AS "source" WHERE "source"."currency" = 'EUR' GROUP BY "source"."country" ORDER BY "source"."country" ASC -- ordered
;
SELECT "source"."country" AS "country", "source"."count" AS "count" FROM (SELECT "public"."operations"."country" AS "country", COUNT(*) AS "count" FROM "public"."operations" GROUP BY "public"."operations"."country" ORDER BY "public"."operations"."country" ASC) AS "source" WHERE "source"."count" > 30 LIMIT 1048575;
SELECT AVG("source"."sum") AS "avg" FROM (SELECT "public"."finance"."country" AS "country", SUM("public"."finance"."gmv") AS "sum" FROM "public"."finance" WHERE "public"."finance"."currency" = 'EUR' GROUP BY "public"."finance"."country") AS "source";
SELECT COUNT(*) AS "count" FROM "public"."operations" WHERE "public"."operations"."order_date" >= DATE_TRUNC('month', (NOW() + INTERVAL '-24 month')) AND "public"."operations"."order_date" < DATE_TRUNC('month', NOW());
SELECT COUNT(*) AS "count" FROM "public"."operations" WHERE "public"."operations"."order_date" >= CAST((NOW() + INTERVAL '-700 day') AS date) AND "public"."operations"."order_date" < CAST(NOW() AS date);
SELECT COUNT(*) AS "count" FROM "public"."operations" WHERE CAST("public"."operations"."order_date" AS date) BETWEEN date '2025-03-01' AND date '2025-03-31';
SELECT COUNT(*) AS "count" FROM "public"."operations" WHERE "public"."operations"."order_date" >= timestamp with time zone '2025-03-01 00:00:00.000Z' AND "public"."operations"."order_date" < timestamp with time zone '2025-04-01 00:00:00.000Z';
SELECT COUNT(*) AS "count" FROM "public"."operations" WHERE ("public"."operations"."country" = 'DE' OR "public"."operations"."country" = 'AT') AND (("public"."operations"."channel" <> 'web') OR ("public"."operations"."channel" IS NULL));
SELECT COUNT(*) AS "count" FROM "public"."operations" WHERE (LOWER("public"."operations"."country") LIKE '%e%') AND (NOT (LOWER("public"."operations"."channel") LIKE '%app%') OR ("public"."operations"."channel" IS NULL));
SELECT COUNT(*) AS "count" FROM "public"."operations" WHERE ("public"."operations"."country" IS NOT NULL) AND (("public"."operations"."country" <> '') OR ("public"."operations"."country" IS NULL));
SELECT EXTRACT(month FROM "public"."operations"."order_date") AS "order_date", COUNT(*) AS "count" FROM "public"."operations" GROUP BY EXTRACT(month FROM "public"."operations"."order_date") ORDER BY EXTRACT(month FROM "public"."operations"."order_date") ASC -- ordered
;
SELECT (CAST(extract(dow from "public"."operations"."order_date") AS integer) + 1) AS "order_date", COUNT(*) AS "count" FROM "public"."operations" GROUP BY (CAST(extract(dow from "public"."operations"."order_date") AS integer) + 1) ORDER BY (CAST(extract(dow from "public"."operations"."order_date") AS integer) + 1) ASC -- ordered
;
SELECT CAST(extract(quarter from "public"."operations"."order_date") AS integer) AS "order_date", COUNT(*) AS "count" FROM "public"."operations" GROUP BY CAST(extract(quarter from "public"."operations"."order_date") AS integer);
SELECT "public"."operations"."country" AS "country" FROM "public"."operations" GROUP BY "public"."operations"."country" ORDER BY "public"."operations"."country" ASC LIMIT 1000 -- ordered
;
SELECT SUBSTRING("public"."operations"."country", 1, 2) AS "substring1", SUBSTRING("public"."operations"."order_status", 1, 1234) AS "substring2" FROM "public"."operations" LIMIT 0;
SELECT COUNT(DISTINCT "public"."operations"."country") AS "count" FROM "public"."operations";
SELECT MIN("public"."operations"."order_date") AS "min", MAX("public"."operations"."order_date") AS "max" FROM "public"."operations";
SELECT DATE_TRUNC('month', "public"."finance"."event_date") AS "event_date", SUM(SUM("public"."finance"."gmv")) OVER (ORDER BY DATE_TRUNC('month', "public"."finance"."event_date") ASC ROWS UNBOUNDED PRECEDING) AS "sum" FROM "public"."finance" WHERE "public"."finance"."currency" = 'EUR' GROUP BY DATE_TRUNC('month', "public"."finance"."event_date") ORDER BY DATE_TRUNC('month', "public"."finance"."event_date") ASC -- ordered
;
SELECT DATE_TRUNC('month', "public"."operations"."order_date") AS "order_date", COUNT(*) AS "count", COALESCE(CAST(COUNT(*) AS DOUBLE PRECISION) / NULLIF(CAST(LAG(COUNT(*), 1) OVER (ORDER BY DATE_TRUNC('month', "public"."operations"."order_date") ASC) AS DOUBLE PRECISION), 0), 0) AS "growth" FROM "public"."operations" GROUP BY DATE_TRUNC('month', "public"."operations"."order_date");
SELECT CASE WHEN "public"."finance"."country" = 'DE' THEN 'Germany' ELSE 'abroad' END AS "place", SUM("public"."finance"."gmv") AS "sum" FROM "public"."finance" WHERE "public"."finance"."currency" = 'EUR' GROUP BY CASE WHEN "public"."finance"."country" = 'DE' THEN 'Germany' ELSE 'abroad' END;
SELECT SUM(CASE WHEN "public"."finance"."country" = 'DE' THEN "public"."finance"."gmv" ELSE 0.0 END) AS "sum-where" FROM "public"."finance" WHERE "public"."finance"."currency" = 'EUR';
SELECT SUM(CASE WHEN "public"."operations"."country" = 'DE' THEN 1 ELSE 0.0 END) AS "count-where" FROM "public"."operations";
SELECT CAST(SUM(CASE WHEN "public"."operations"."country" = 'DE' THEN 1 ELSE 0.0 END) AS float) / NULLIF(COUNT(*), 0) AS "share" FROM "public"."operations";
SELECT (FLOOR((("public"."operations"."order_id" - 1000.0) / 50.0)) * 50.0) + 1000.0 AS "order_id", COUNT(*) AS "count" FROM "public"."operations" GROUP BY (FLOOR((("public"."operations"."order_id" - 1000.0) / 50.0)) * 50.0) + 1000.0 ORDER BY (FLOOR((("public"."operations"."order_id" - 1000.0) / 50.0)) * 50.0) + 1000.0 ASC -- ordered
;
SELECT "source"."country" AS "country", "source"."sum" AS "sum", "Question 7"."count" AS "Question 7__count" FROM (SELECT "public"."finance"."country" AS "country", SUM("public"."finance"."gmv") AS "sum" FROM "public"."finance" WHERE "public"."finance"."currency" = 'EUR' GROUP BY "public"."finance"."country") AS "source" LEFT JOIN (SELECT "public"."operations"."country" AS "country", COUNT(*) AS "count" FROM "public"."operations" GROUP BY "public"."operations"."country") AS "Question 7" ON "source"."country" = "Question 7"."country" LIMIT 1048575;
WITH "monthly" AS (SELECT DATE_TRUNC('month', "order_date") AS "m", MEASURE("orders") AS "n" FROM "operations" GROUP BY 1) SELECT "m", "n" FROM "monthly" WHERE "n" > 10 ORDER BY "m" LIMIT 2000 -- ordered
;
SELECT * FROM (SELECT "country", MEASURE("orders") AS "orders" FROM "operations" GROUP BY 1) AS "__mb_source" WHERE "country" IS NOT NULL LIMIT 1048575;
SELECT "public"."operations"."country" AS "country", CAST("public"."operations"."order_date" AS date) AS "order_date", COUNT(*) AS "count" FROM "public"."operations" WHERE "public"."operations"."order_date" >= timestamp '2025-03-01 00:00:00.000' GROUP BY "public"."operations"."country", CAST("public"."operations"."order_date" AS date) ORDER BY "count" DESC, "public"."operations"."country" ASC, CAST("public"."operations"."order_date" AS date) ASC LIMIT 10 -- ordered
;
