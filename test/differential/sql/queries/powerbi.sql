select "_"."country", sum("_"."gmv") as "a0" from (select "rows".* from "public"."finance" "rows" where "rows"."currency" = 'EUR') "_" group by "_"."country" order by "_"."country" limit 1000001 -- ordered
;
select "_"."country" as "c1", "_"."a0" as "a0"
from
(
    select "rows"."country" as "country", sum("rows"."gmv") as "a0"
    from
    (
        select "$Table"."country" as "country", "$Table"."currency" as "currency", "$Table"."gmv" as "gmv"
        from "public"."finance" "$Table"
        where "$Table"."currency" = 'EUR' and "$Table"."currency" is not null
    ) "rows"
    group by "country"
) "_"
where not "_"."a0" is null
limit 1000001;
select "rows"."country" as "country", "rows"."channel" as "channel", count(1) as "a0"
from (select "country", "channel" from "public"."operations" "$Table") "rows"
group by "country", "channel"
limit 1000001;
select count(*) from (select "rows".* from "public"."operations" "rows" where "rows"."country" in ('DE', 'AT')) "_";
select "_"."order_status", measure("_"."orders") as "a0", measure("_"."cancellation_rate") as "a1" from (select * from "public"."operations" "$Table") "_" group by "_"."order_status";
select cast(count(distinct "rows"."country") + max(case when "rows"."country" is null then 1 else 0 end) as bigint) as "a0"
from (select "country" from "public"."operations" "$Table") "rows";
select "rows"."segment" as "segment", cast(count(distinct "rows"."channel") + max(case when "rows"."channel" is null then 1 else 0 end) as bigint) as "a0"
from (select "segment", "channel" from "public"."operations" "$Table") "rows" group by "segment";
select "_"."c" as "c", sum("_"."gmv") as "a0" from (select date_part('year', "rows"."event_date") as "c", "rows"."gmv" as "gmv", "rows"."currency" as "currency" from "public"."finance" "rows" where "rows"."currency" = 'EUR') "_" group by "_"."c" order by "_"."c" limit 501 -- ordered
;
select "_"."c", "_"."currency", sum("_"."gmv") as "a0", sum("_"."returns") as "a1"
from (select "rows".*, date_trunc('month', "rows"."event_date") as "c" from "public"."finance" "rows") "_"
group by "_"."c", "_"."currency";
select max("rows"."event_date") as "a0", min("rows"."event_date") as "a1" from (select "event_date" from "public"."finance" "$Table") "rows";
select "_"."country", "_"."a0" from (select "rows"."country" as "country", sum("rows"."gmv") as "a0" from (select "_"."country", "_"."gmv", "_"."currency" from "public"."finance" "_" where "_"."event_date" >= timestamp '2025-01-01 00:00:00' and "_"."event_date" < timestamp '2025-07-01 00:00:00' and "_"."currency" = 'EUR') "rows" group by "country") "_" order by "_"."a0" desc, "_"."country" asc limit 3 -- ordered
;
select "$Outer"."country", "$Outer"."a0", "$Inner"."a1"
from
(
    select "rows"."country" as "country", sum("rows"."gmv") as "a0" from (select "country", "gmv", "currency" from "public"."finance" "$Table" where "currency" = 'EUR') "rows" group by "country"
) "$Outer"
left outer join
(
    select "rows"."country" as "country2", count(1) as "a1" from (select "country" from "public"."operations" "$Table") "rows" group by "country"
) "$Inner" on ("$Outer"."country" = "$Inner"."country2" or "$Outer"."country" is null and "$Inner"."country2" is null)
limit 1000001;
select distinct "rows"."channel" as "channel" from "public"."operations" "rows" where not "rows"."channel" is null order by "channel" limit 1001 -- ordered
;
select "_"."country" from (select "rows"."country" as "country" from "public"."finance" "rows" group by "country") "_" where "_"."country" like '%e%' or "_"."country" like 'D%' order by "_"."country" limit 101 -- ordered
;
select "_"."country" as "c1", "_"."channel" as "c2", "_"."a0" as "a0" from (select "rows"."country" as "country", "rows"."channel" as "channel", sum("rows"."orders") as "a0" from "public"."operations" "rows" group by "country", "channel") "_" where "_"."a0" > 10;
select "_"."currency", "_"."a0" - "_"."a1" as "net", case when "_"."a0" = 0 then null else "_"."a1" / "_"."a0" end as "share" from (select "rows"."currency" as "currency", sum("rows"."gmv") as "a0", sum("rows"."returns") as "a1" from "public"."finance" "rows" group by "currency") "_";
select sum(case when "_"."country" in ('DE', 'AT') then "_"."gmv" else null end) as "a0" from (select * from "public"."finance" "$Table" where "currency" = 'EUR') "_";
select "rows"."year" as "year", "rows"."month" as "month", sum("rows"."gmv") as "a0" from (select date_part('year', "_"."event_date") as "year", date_part('month', "_"."event_date") as "month", "_"."gmv", "_"."currency" from "public"."finance" "_") "rows" where "rows"."currency" = 'USD' group by "year", "month" limit 1000001;
select "_"."order_date" as "order_date", "_"."a0" from (select "rows"."order_date" as "order_date", count(1) as "a0" from "public"."operations" "rows" where "rows"."order_date" between timestamp '2025-02-01 00:00:00' and timestamp '2025-02-28 00:00:00' group by "order_date") "_" order by "order_date" -- ordered
;
select "_"."country" from (select "country", "gmv", "currency" from "public"."finance" "$Table" where "currency" = 'EUR') "_" group by "_"."country" having sum("_"."gmv") > 100
;
