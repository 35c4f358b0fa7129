SET DateStyle = 'ISO'; SET extra_float_digits = 3; show transaction_isolation;
select oid, typbasetype from pg_type where typname = 'lo';
select n.nspname, c.relname, c.relkind, c.oid from pg_catalog.pg_class c, pg_catalog.pg_namespace n where n.oid = c.relnamespace and c.relkind in ('r','v','m') and n.nspname not in ('pg_catalog','information_schema') -- tells views
;
SELECT quote_ident(table_name) AS "table" FROM information_schema.tables WHERE quote_ident(table_schema) NOT IN ('information_schema', 'pg_catalog', '_timescaledb_cache') AND CASE WHEN array_length(string_to_array(current_setting('search_path'), ','), 1) > 0 THEN quote_ident(table_schema) IN (SELECT CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END FROM generate_series(array_lower(string_to_array(current_setting('search_path'), ','), 1), array_upper(string_to_array(current_setting('search_path'), ','), 1)) as i, string_to_array(current_setting('search_path'), ',') s) END ORDER BY table_name -- tells views
;
SELECT quote_ident(column_name) AS "column", data_type AS "type" FROM information_schema.columns WHERE quote_ident(table_name) = 'finance' -- tells columns
;
SELECT current_setting('server_version_num')::int/100 as version;
SELECT extversion FROM pg_extension WHERE extname = 'timescaledb';
select * from pg_catalog.pg_tables where schemaname = 'public';
select viewname, definition from pg_catalog.pg_views where schemaname = 'public' -- tells views
;
select table_catalog, table_schema, table_name, column_name, data_type, is_nullable, numeric_precision, datetime_precision from information_schema.columns where table_schema not in ('pg_catalog', 'information_schema') order by 1, 2, 3, ordinal_position -- tells views, columns
;
select * from information_schema.columns where table_name = 'finance' -- tells columns
;
select * from information_schema.tables where table_schema = 'public' -- tells views
;
select * from information_schema.views where table_schema = 'public' -- tells views
;
select * from information_schema.schemata;
select * from information_schema.table_privileges where table_schema = 'public' -- tells views
;
select * from information_schema.column_privileges where table_schema = 'public' -- tells columns
;
select * from information_schema.role_table_grants;
select * from information_schema.applicable_roles;
select * from information_schema.enabled_roles;
select * from information_schema.routines where routine_schema = 'public';
select * from information_schema.triggers;
select * from information_schema.view_column_usage;
select * from information_schema.view_table_usage;
select * from information_schema.view_routine_usage;
select * from pg_catalog.pg_user;
select * from pg_catalog.pg_group;
select * from pg_catalog.pg_shadow -- refused
;
select * from pg_catalog.pg_authid -- refused
;
select * from pg_catalog.pg_stat_activity;
select * from pg_catalog.pg_stat_user_tables;
select * from pg_catalog.pg_stat_ssl;
select * from pg_catalog.pg_class;
select * from pg_catalog.pg_attribute;
select * from pg_catalog.pg_description;
select * from pg_catalog.pg_shdescription;
select * from pg_catalog.pg_type;
select * from pg_catalog.pg_rewrite;
select * from pg_catalog.pg_depend;
select * from pg_catalog.pg_shdepend;
select * from pg_catalog.pg_init_privs;
select * from pg_catalog.pg_default_acl;
select * from pg_catalog.pg_db_role_setting;
select name, setting, source from pg_catalog.pg_settings;
select * from pg_catalog.pg_file_settings -- refused
;
select * from pg_catalog.pg_hba_file_rules -- refused
;
select * from pg_catalog.pg_prepared_statements;
select * from pg_catalog.pg_cursors;
select * from pg_catalog.pg_locks;
select schemaname, tablename, attname from pg_catalog.pg_stats;
select * from pg_catalog.pg_roles;
select * from pg_catalog.pg_auth_members;
select * from pg_catalog.pg_proc where pronamespace = 'public'::regnamespace;
select r.rolname, pg_has_role(r.oid, 'member'), has_database_privilege(r.rolname, 'shopwave', 'connect') from pg_roles r;
select has_schema_privilege(current_user, 'public', 'usage'), has_schema_privilege('public', 'create'), has_table_privilege('finance', 'select'), has_table_privilege('finance', 'insert'), has_any_column_privilege('finance', 'select');
select to_regclass('operations'), to_regclass('shipping_performance'), to_regclass('finance') -- tells views
;
select nspname as schema_name from pg_catalog.pg_namespace where nspname not like 'pg_%' and nspname <> 'information_schema';
select current_database(), current_schema(), current_schemas(true), session_user, user, current_role, inet_server_port(), pg_backend_pid() > 0, pg_is_in_recovery();
select table_name as name, 'view' as type from information_schema.views where table_schema = 'public' union all select matviewname, 'materialized view' from pg_matviews -- tells views
;
select 'shopwave' as database, sch.nspname as schema, cls.relname as name, case when relkind = 'v' then 'view' else 'table' end as type from pg_class cls left join pg_namespace sch on sch.oid = cls.relnamespace where relkind in ('v', 'r') and sch.nspname ilike 'public' -- tells views
;
select column_name, data_type, character_maximum_length, numeric_precision, numeric_scale from "shopwave".INFORMATION_SCHEMA.columns where table_name = 'finance' and table_schema = 'public' order by ordinal_position -- tells columns
;
SELECT finance_0.country, Sum(finance_0.sold_units) FROM shopwave.public.finance finance_0 GROUP BY finance_0.country;
select shopwave.public.finance.country from shopwave.public.finance group by shopwave.public.finance.country;
select 1 as "connection test";
