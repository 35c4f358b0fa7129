SELECT "finance"."country" AS "country", SUM("finance"."gmv") AS "sum:gmv:ok" FROM "public"."finance" "finance" WHERE ("finance"."currency" = 'EUR') GROUP BY 1;
SELECT SUM(1) AS "sum:Number of Records:ok" FROM "public"."operations" "operations" HAVING (COUNT(1) > 0);
SELECT COUNT(1) AS "cnt:operations:ok" FROM "public"."operations" "operations" HAVING (COUNT(1) > 0);
SELECT "operations"."country" AS "country", SUM(1) AS "sum:Number of Records:ok" FROM "public"."operations" "operations" GROUP BY 1 ORDER BY 1 ASC NULLS FIRST -- ordered
;
SELECT CAST(TRUNC(EXTRACT(YEAR FROM "operations"."order_date")) AS INTEGER) AS "yr:order_date:ok", COUNT(1) AS "n" FROM "public"."operations" "operations" GROUP BY 1;
SELECT CAST(TRUNC(EXTRACT(YEAR FROM "operations"."order_date")) AS INTEGER) AS "yr:order_date:ok", CAST(TRUNC(EXTRACT(QUARTER FROM "operations"."order_date")) AS INTEGER) AS "qr:order_date:ok", MEASURE("operations"."orders") AS "usr:orders:ok" FROM "public"."operations" "operations" GROUP BY 1, 2;
SELECT DATE_TRUNC('MONTH', CAST("finance"."event_date" AS DATE)) AS "tmn:event_date:ok", SUM("finance"."gmv") AS "sum:gmv:ok" FROM "public"."finance" "finance" WHERE ("finance"."currency" = 'EUR') GROUP BY 1;
SELECT CAST(DATE_TRUNC('QUARTER', CAST("finance"."event_date" AS TIMESTAMP)) AS DATE) AS "tqr:event_date:ok", "finance"."currency" AS "currency", MEASURE("finance"."aov") AS "usr:aov:ok" FROM "public"."finance" "finance" GROUP BY 1, 2;
SELECT CAST(("operations"."order_date" + (-EXTRACT(DOW FROM "operations"."order_date") * INTERVAL '1 DAY')) AS DATE) AS "twk:order_date:ok", COUNT(1) AS "n" FROM "public"."operations" "operations" GROUP BY 1;
SELECT "operations"."country", "operations"."order_date" FROM "public"."operations" "operations" WHERE (0 = 1) LIMIT 1;
SELECT "operations"."country" AS "country" FROM "public"."operations" "operations" WHERE (0 = 1) GROUP BY 1;
SELECT "operations"."country" AS "country", COUNT(1) AS "n" FROM "public"."operations" "operations" WHERE (("operations"."order_date" >= (DATE '2025-01-01')) AND ("operations"."order_date" < (TIMESTAMP '2025-07-01 00:00:00.000'))) GROUP BY 1;
SELECT "operations"."country" AS "country", COUNT(1) AS "n" FROM "public"."operations" "operations" WHERE (("operations"."country" IN ('AT', 'DE')) OR ("operations"."country" IS NULL)) GROUP BY 1;
SELECT "operations"."country" AS "country", COUNT(1) AS "n" FROM "public"."operations" "operations" WHERE (NOT ("operations"."country" IN ('AT', 'DE'))) GROUP BY 1;
SELECT "operations"."country" AS "country", COUNT(1) AS "n" FROM "public"."operations" "operations" WHERE ((CASE WHEN ("operations"."country" IN ('AT', 'DE')) THEN FALSE ELSE TRUE END)) GROUP BY 1;
SELECT MIN("operations"."order_date") AS "TEMP(attr:order_date:ok)(1)", MAX("operations"."order_date") AS "TEMP(attr:order_date:ok)(2)" FROM "public"."operations" "operations" HAVING (COUNT(1) > 0);
SELECT "operations"."country" AS "country", COUNT(1) AS "n"
FROM "public"."operations" "operations"
INNER JOIN (
  SELECT "operations"."country" AS "country", SUM("operations"."orders") AS "$__alias__0"
  FROM "public"."operations" "operations"
  GROUP BY 1
  ORDER BY 2 DESC, 1 ASC
  LIMIT 3
) "t0" ON ("operations"."country" = "t0"."country")
GROUP BY 1;
SELECT "operations"."channel" AS "channel", MEASURE("operations"."cancellation_rate") AS "usr:cancellation_rate:ok"
FROM "public"."operations" "operations"
INNER JOIN (
  SELECT "operations"."country" AS "country", MEASURE("operations"."cancellation_rate") AS "$__alias__0"
  FROM "public"."operations" "operations"
  GROUP BY 1
  HAVING (MEASURE("operations"."cancellation_rate") > 0.05)
) "t0" ON (("operations"."country" = "t0"."country") OR (("operations"."country" IS NULL) AND ("t0"."country" IS NULL)))
GROUP BY 1;
SELECT "t0"."country" AS "country", "t0"."n" AS "n", "t1"."all" AS "all" FROM (SELECT "operations"."country" AS "country", COUNT(1) AS "n" FROM "public"."operations" "operations" GROUP BY 1) "t0" CROSS JOIN (SELECT COUNT(1) AS "all", COUNT(1) AS "__measure__0" FROM "public"."operations" "operations" HAVING (COUNT(1) > 0)) "t1";
SELECT "t0"."country" AS "country", AVG("t0"."x_measure__0") AS "avg:lod:ok" FROM (SELECT "operations"."country" AS "country", "operations"."channel" AS "channel", MEASURE("operations"."orders") AS "x_measure__0" FROM "public"."operations" "operations" GROUP BY 1, 2) "t0" GROUP BY 1;
SELECT "t0"."country" AS "country", SUM("t0"."x_measure__0") AS "sum:lod:ok" FROM (SELECT "finance"."country" AS "country", "finance"."category" AS "category", "finance"."currency" AS "currency", SUM("finance"."gmv") AS "x_measure__0" FROM "public"."finance" "finance" GROUP BY 1, 2, 3) "t0" WHERE ("t0"."currency" = 'EUR') GROUP BY 1;
SELECT "finance"."currency" AS "currency", (CASE WHEN SUM("finance"."gmv") = 0 THEN NULL ELSE CAST(SUM("finance"."returns") AS DOUBLE PRECISION) / CAST(SUM("finance"."gmv") AS DOUBLE PRECISION) END) AS "usr:Calculation_1:ok" FROM "public"."finance" "finance" GROUP BY 1;
SELECT (CASE WHEN (("operations"."country" = 'DE') OR ("operations"."country" = 'AT')) THEN 'DACH' WHEN NOT (("operations"."country" = 'DE') OR ("operations"."country" = 'AT')) THEN 'rest' ELSE NULL END) AS "Calculation_2", COUNT(1) AS "n" FROM "public"."operations" "operations" GROUP BY 1;
SELECT "operations"."country" AS "country (group)", CAST(COUNT(DISTINCT "operations"."order_status") AS BIGINT) AS "ctd:order_status:ok" FROM "public"."operations" "operations" GROUP BY 1;
SELECT SUBSTR("operations"."country", 1, 1) AS "initial", COUNT(1) AS "n" FROM "public"."operations" "operations" GROUP BY 1;
SELECT "Custom SQL Query"."c" AS "c", SUM("Custom SQL Query"."n") AS "sum:n:ok" FROM (
  select country as c, channel, measure(orders) as n from operations group by 1, 2
) "Custom SQL Query" GROUP BY 1;
SELECT "operations"."country" AS "country" FROM "public"."operations" "operations" GROUP BY 1 HAVING ((COUNT(1) >= 20) AND (COUNT(1) <= 60));
SELECT COUNT(1) AS "n" FROM "public"."operations" "operations" WHERE (("operations"."order_date" >= (DATE_TRUNC('YEAR', CAST(CURRENT_DATE AS TIMESTAMP)) + INTERVAL '-2 YEAR')) AND ("operations"."order_date" < DATE_TRUNC('YEAR', CAST(CURRENT_DATE AS TIMESTAMP))));
SELECT COUNT(1) AS "n" FROM "public"."operations" "operations" WHERE ((CAST(TRUNC(EXTRACT(YEAR FROM "operations"."order_date")) AS INTEGER) = 2025) AND (CAST(TRUNC(EXTRACT(MONTH FROM "operations"."order_date")) AS INTEGER) IN (1, 2, 12)));
SELECT COUNT(1) AS "n" FROM "public"."operations" "operations" WHERE (("operations"."country" >= 'A') AND ("operations"."country" <= 'E')) HAVING (COUNT(1) > 0);
