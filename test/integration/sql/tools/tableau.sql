SET DateStyle = 'ISO';
SET extra_float_digits = 2;
show transaction_isolation;
BEGIN;
SELECT NULL, n.nspname, c.relname, a.attname, a.atttypid, t.typname, a.attnum, a.attlen, a.atttypmod, a.attnotnull, c.relhasrules, c.relkind, c.oid, pg_get_expr(d.adbin, d.adrelid), case t.typtype when 'd' then t.typbasetype else 0 end, t.typtypmod, 0, attidentity, c.relhassubclass FROM (((pg_catalog.pg_class c inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace and c.relname like 'finance' and n.nspname like 'public') inner join pg_catalog.pg_attribute a on (not a.attisdropped) and a.attnum > 0 and a.attrelid = c.oid) inner join pg_catalog.pg_type t on t.oid = a.atttypid) left outer join pg_attrdef d on a.atthasdef and d.adrelid = a.attrelid and d.adnum = a.attnum order by n.nspname, c.relname, attnum -- tells columns
;
COMMIT;
select n.nspname, c.relname, c.relkind from pg_catalog.pg_class c, pg_catalog.pg_namespace n where relkind in ('r', 'v', 'm', 'f', 'p') and nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'pg_temp_1') and n.oid = relnamespace order by nspname, relname -- tells views
;
select ta.attname, ia.attnum, ic.relname, n.nspname, tc.relname from pg_catalog.pg_attribute ta, pg_catalog.pg_attribute ia, pg_catalog.pg_class tc, pg_catalog.pg_index i, pg_catalog.pg_namespace n, pg_catalog.pg_class ic where tc.relname = 'finance' AND n.nspname = 'public' AND tc.oid = i.indrelid AND n.oid = tc.relnamespace AND i.indisprimary = 't' AND ia.attrelid = i.indexrelid AND ta.attrelid = i.indrelid AND ta.attnum = i.indkey[ia.attnum-1] AND (NOT ta.attisdropped) AND (NOT ia.attisdropped) AND ic.oid = i.indexrelid order by ia.attnum;
select 'shopwave'::name as "PKTABLE_CAT", n2.nspname as "PKTABLE_SCHEM", c2.relname as "PKTABLE_NAME", a2.attname as "PKCOLUMN_NAME", 'shopwave'::name as "FKTABLE_CAT", n1.nspname as "FKTABLE_SCHEM", c1.relname as "FKTABLE_NAME", a1.attname as "FKCOLUMN_NAME", i::int2 as "KEY_SEQ" from ((select conname, conrelid, confrelid, conkey, confkey, generate_series(array_lower(conkey, 1), array_upper(conkey, 1)) as i from pg_catalog.pg_constraint where contype = 'f') con inner join pg_catalog.pg_class c1 on c1.oid = con.conrelid inner join pg_catalog.pg_namespace n1 on n1.oid = c1.relnamespace inner join pg_catalog.pg_class c2 on c2.oid = con.confrelid inner join pg_catalog.pg_namespace n2 on n2.oid = c2.relnamespace inner join pg_catalog.pg_attribute a1 on a1.attrelid = c1.oid and a1.attnum = con.conkey[i] inner join pg_catalog.pg_attribute a2 on a2.attrelid = c2.oid and a2.attnum = con.confkey[i]) where c1.relname = 'finance';
SELECT * FROM (SELECT * FROM "public"."finance") "t" LIMIT 0;
BEGIN;
DECLARE "SQL_CUR0x1" CURSOR WITH HOLD FOR SELECT "finance"."country" AS "country" FROM "public"."finance" "finance" GROUP BY 1;
FETCH 2 IN "SQL_CUR0x1";
CLOSE "SQL_CUR0x1";
COMMIT;
CREATE LOCAL TEMPORARY TABLE "#Tableau_1_2_Connect" ("COL" INTEGER) ON COMMIT PRESERVE ROWS -- refused
;
SELECT "TableauSQL"."COL" AS "COL" FROM (SELECT 1 AS "COL") "TableauSQL" LIMIT 1;
SELECT CAST(SUM(1) AS BIGINT) FROM (SELECT 1) x;
SELECT current_user;
