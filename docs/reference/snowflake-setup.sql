-- Generated from warehouse/snowflake/setup/; do not edit.
-- Snowflake set-up of ShopWave. Run as ACCOUNTADMIN; every statement may be run any number of times.

-- 1. Roles
-- Who may do what is said by the rights below; administrators have all of it, and SYSADMIN has them.
create role if not exists SHOPWAVE_LOADER comment = 'Writes raw and the load ledger.';
alter role SHOPWAVE_LOADER set comment = 'Writes raw and the load ledger.';
create role if not exists SHOPWAVE_TRANSFORMER comment = 'Reads raw; builds staging and marts.';
alter role SHOPWAVE_TRANSFORMER set comment = 'Reads raw; builds staging and marts.';
create role if not exists SHOPWAVE_PIPELINE comment = 'One process that loads and transforms.';
alter role SHOPWAVE_PIPELINE set comment = 'One process that loads and transforms.';
create role if not exists SHOPWAVE_SEMANTIC comment = 'Reads marts, and which version they are, for metrics.';
alter role SHOPWAVE_SEMANTIC set comment = 'Reads marts, and which version they are, for metrics.';
create role if not exists SHOPWAVE_ANALYST comment = 'Reads marts and nothing else.';
alter role SHOPWAVE_ANALYST set comment = 'Reads marts and nothing else.';
create role if not exists SHOPWAVE_ADMIN comment = 'Owns the database, its schemas and warehouses.';
alter role SHOPWAVE_ADMIN set comment = 'Owns the database, its schemas and warehouses.';
grant role SHOPWAVE_LOADER to role SHOPWAVE_PIPELINE;
grant role SHOPWAVE_TRANSFORMER to role SHOPWAVE_PIPELINE;
grant role SHOPWAVE_PIPELINE to role SHOPWAVE_ADMIN;
grant role SHOPWAVE_SEMANTIC to role SHOPWAVE_ADMIN;
grant role SHOPWAVE_ANALYST to role SHOPWAVE_ADMIN;
grant role SHOPWAVE_ADMIN to role SYSADMIN;

-- 2. Warehouses and their monitors
-- One a kind of work. The pipeline wakes its own and puts them to sleep: nothing else does.
create resource monitor if not exists SHOPWAVE_TRANSFORM with credit_quota = 360 frequency = MONTHLY start_timestamp = immediately triggers on 75 percent do notify on 90 percent do notify on 100 percent do suspend on 110 percent do suspend_immediate;
alter resource monitor SHOPWAVE_TRANSFORM set credit_quota = 360;
alter resource monitor SHOPWAVE_TRANSFORM triggers on 75 percent do notify on 90 percent do notify on 100 percent do suspend on 110 percent do suspend_immediate;
create warehouse if not exists SHOPWAVE_TRANSFORM initially_suspended = true warehouse_size = XSMALL auto_suspend = 120 auto_resume = false resource_monitor = SHOPWAVE_TRANSFORM statement_timeout_in_seconds = 1800 statement_queued_timeout_in_seconds = 600 comment = 'Loads and builds, every few minutes. Resumed and suspended by the pipeline.';
alter warehouse SHOPWAVE_TRANSFORM set warehouse_size = XSMALL auto_suspend = 120 auto_resume = false resource_monitor = SHOPWAVE_TRANSFORM statement_timeout_in_seconds = 1800 statement_queued_timeout_in_seconds = 600 comment = 'Loads and builds, every few minutes. Resumed and suspended by the pipeline.';
grant ownership on warehouse SHOPWAVE_TRANSFORM to role SHOPWAVE_ADMIN copy current grants;
create resource monitor if not exists SHOPWAVE_BACKFILL with credit_quota = 90 frequency = MONTHLY start_timestamp = immediately triggers on 75 percent do notify on 90 percent do notify on 100 percent do suspend on 110 percent do suspend_immediate;
alter resource monitor SHOPWAVE_BACKFILL set credit_quota = 90;
alter resource monitor SHOPWAVE_BACKFILL triggers on 75 percent do notify on 90 percent do notify on 100 percent do suspend on 110 percent do suspend_immediate;
create warehouse if not exists SHOPWAVE_BACKFILL initially_suspended = true warehouse_size = LARGE auto_suspend = 60 auto_resume = false resource_monitor = SHOPWAVE_BACKFILL statement_timeout_in_seconds = 14400 statement_queued_timeout_in_seconds = 3600 comment = 'Full rebuilds and backfills. Resumed and suspended by the pipeline.';
alter warehouse SHOPWAVE_BACKFILL set warehouse_size = LARGE auto_suspend = 60 auto_resume = false resource_monitor = SHOPWAVE_BACKFILL statement_timeout_in_seconds = 14400 statement_queued_timeout_in_seconds = 3600 comment = 'Full rebuilds and backfills. Resumed and suspended by the pipeline.';
grant ownership on warehouse SHOPWAVE_BACKFILL to role SHOPWAVE_ADMIN copy current grants;
create resource monitor if not exists SHOPWAVE_SEMANTIC with credit_quota = 90 frequency = MONTHLY start_timestamp = immediately triggers on 75 percent do notify on 90 percent do notify on 100 percent do suspend on 110 percent do suspend_immediate;
alter resource monitor SHOPWAVE_SEMANTIC set credit_quota = 90;
alter resource monitor SHOPWAVE_SEMANTIC triggers on 75 percent do notify on 90 percent do notify on 100 percent do suspend on 110 percent do suspend_immediate;
create warehouse if not exists SHOPWAVE_SEMANTIC initially_suspended = true warehouse_size = XSMALL auto_suspend = 60 auto_resume = true resource_monitor = SHOPWAVE_SEMANTIC statement_timeout_in_seconds = 120 statement_queued_timeout_in_seconds = 60 comment = 'Metrics that no cache answers.';
alter warehouse SHOPWAVE_SEMANTIC set warehouse_size = XSMALL auto_suspend = 60 auto_resume = true resource_monitor = SHOPWAVE_SEMANTIC statement_timeout_in_seconds = 120 statement_queued_timeout_in_seconds = 60 comment = 'Metrics that no cache answers.';
grant ownership on warehouse SHOPWAVE_SEMANTIC to role SHOPWAVE_ADMIN copy current grants;
create resource monitor if not exists SHOPWAVE_ADHOC with credit_quota = 60 frequency = MONTHLY start_timestamp = immediately triggers on 75 percent do notify on 90 percent do notify on 100 percent do suspend on 110 percent do suspend_immediate;
alter resource monitor SHOPWAVE_ADHOC set credit_quota = 60;
alter resource monitor SHOPWAVE_ADHOC triggers on 75 percent do notify on 90 percent do notify on 100 percent do suspend on 110 percent do suspend_immediate;
create warehouse if not exists SHOPWAVE_ADHOC initially_suspended = true warehouse_size = XSMALL auto_suspend = 60 auto_resume = true resource_monitor = SHOPWAVE_ADHOC statement_timeout_in_seconds = 900 statement_queued_timeout_in_seconds = 300 comment = 'Questions of analysts.';
alter warehouse SHOPWAVE_ADHOC set warehouse_size = XSMALL auto_suspend = 60 auto_resume = true resource_monitor = SHOPWAVE_ADHOC statement_timeout_in_seconds = 900 statement_queued_timeout_in_seconds = 300 comment = 'Questions of analysts.';
grant ownership on warehouse SHOPWAVE_ADHOC to role SHOPWAVE_ADMIN copy current grants;

-- 3. Database and layers
-- Transient where a layer can be made again: no fail-safe is paid for tables that change all day.
-- Three years of history stay here: `shopwave retention apply --keep-days 1096`. Seven years are in the archive.
create database if not exists SHOPWAVE;
alter database SHOPWAVE set data_retention_time_in_days = 1 comment = 'ShopWave: from landed changes to a published star.';
grant ownership on database SHOPWAVE to role SHOPWAVE_ADMIN copy current grants;
create schema if not exists SHOPWAVE.RAW;
alter schema SHOPWAVE.RAW set data_retention_time_in_days = 7 comment = 'What was landed, append-only; one table a source table. Never for analysts.';
alter schema SHOPWAVE.RAW enable managed access;
grant ownership on schema SHOPWAVE.RAW to role SHOPWAVE_ADMIN copy current grants;
create transient schema if not exists SHOPWAVE.STAGING;
alter schema SHOPWAVE.STAGING set data_retention_time_in_days = 1 comment = 'Typed rows of raw: the latest of a key, or every version. Can be made again from raw.';
alter schema SHOPWAVE.STAGING enable managed access;
grant ownership on schema SHOPWAVE.STAGING to role SHOPWAVE_ADMIN copy current grants;
create transient schema if not exists SHOPWAVE.INTERMEDIATE;
alter schema SHOPWAVE.INTERMEDIATE set data_retention_time_in_days = 1 comment = 'Business rules over staging. Can be made again.';
alter schema SHOPWAVE.INTERMEDIATE enable managed access;
grant ownership on schema SHOPWAVE.INTERMEDIATE to role SHOPWAVE_ADMIN copy current grants;
create schema if not exists SHOPWAVE.MARTS;
alter schema SHOPWAVE.MARTS set data_retention_time_in_days = 7 comment = 'The published star: all that analysts and metrics read.';
alter schema SHOPWAVE.MARTS enable managed access;
grant ownership on schema SHOPWAVE.MARTS to role SHOPWAVE_ADMIN copy current grants;
create schema if not exists SHOPWAVE._META;
alter schema SHOPWAVE._META set data_retention_time_in_days = 7 comment = 'Ledger, head, watermarks and states of the platform, and what governs its columns.';
alter schema SHOPWAVE._META enable managed access;
grant ownership on schema SHOPWAVE._META to role SHOPWAVE_ADMIN copy current grants;
create transient schema if not exists SHOPWAVE.FEED;
alter schema SHOPWAVE.FEED set data_retention_time_in_days = 1 comment = 'Rows that a step or publication removed and added.';
alter schema SHOPWAVE.FEED enable managed access;
grant ownership on schema SHOPWAVE.FEED to role SHOPWAVE_ADMIN copy current grants;
create schema if not exists SHOPWAVE.SEEDS;
alter schema SHOPWAVE.SEEDS set data_retention_time_in_days = 1 comment = 'Small tables that come from files of the project.';
alter schema SHOPWAVE.SEEDS enable managed access;
grant ownership on schema SHOPWAVE.SEEDS to role SHOPWAVE_ADMIN copy current grants;
create transient schema if not exists SHOPWAVE.DELTA;
alter schema SHOPWAVE.DELTA set data_retention_time_in_days = 0 comment = 'Scratch of the engine; each run has a schema of its own.';
alter schema SHOPWAVE.DELTA enable managed access;
grant ownership on schema SHOPWAVE.DELTA to role SHOPWAVE_ADMIN copy current grants;
create transient schema if not exists SHOPWAVE.DBT_TEST__AUDIT;
alter schema SHOPWAVE.DBT_TEST__AUDIT set data_retention_time_in_days = 0 comment = 'Rows that failed a test.';
alter schema SHOPWAVE.DBT_TEST__AUDIT enable managed access;
grant ownership on schema SHOPWAVE.DBT_TEST__AUDIT to role SHOPWAVE_ADMIN copy current grants;

-- 4. Files: stages, formats, integration
-- The integration names a role of AWS, so that no key is stored.
create file format if not exists SHOPWAVE._META.LANDED_LINES type = JSON compression = GZIP strip_outer_array = false comment = 'Landed files: one JSON object a line, gzipped.';
alter file format SHOPWAVE._META.LANDED_LINES set compression = GZIP strip_outer_array = false comment = 'Landed files: one JSON object a line, gzipped.';
grant ownership on file format SHOPWAVE._META.LANDED_LINES to role SHOPWAVE_ADMIN copy current grants;
create stage if not exists SHOPWAVE._META.LANDING comment = 'Landed files on their way into raw; removed once they are loaded.';
alter stage SHOPWAVE._META.LANDING set comment = 'Landed files on their way into raw; removed once they are loaded.';
grant ownership on stage SHOPWAVE._META.LANDING to role SHOPWAVE_ADMIN copy current grants;
create storage integration if not exists SHOPWAVE_ARCHIVE type = EXTERNAL_STAGE storage_provider = 'S3' enabled = true storage_aws_role_arn = 'arn:aws:iam::123456789012:role/shopwave-snowflake' storage_allowed_locations = ('s3://example-archive/shopwave/') comment = 'Lets Snowflake read the archive of landed files, and nothing else, without a stored key.';
alter storage integration SHOPWAVE_ARCHIVE set enabled = true storage_aws_role_arn = 'arn:aws:iam::123456789012:role/shopwave-snowflake' storage_allowed_locations = ('s3://example-archive/shopwave/') comment = 'Lets Snowflake read the archive of landed files, and nothing else, without a stored key.';
create stage if not exists SHOPWAVE._META.ARCHIVE url = 's3://example-archive/shopwave/' storage_integration = SHOPWAVE_ARCHIVE comment = 'The archive of landed files, read where it lies.';
alter stage SHOPWAVE._META.ARCHIVE set url = 's3://example-archive/shopwave/' storage_integration = SHOPWAVE_ARCHIVE comment = 'The archive of landed files, read where it lies.';
grant ownership on stage SHOPWAVE._META.ARCHIVE to role SHOPWAVE_ADMIN copy current grants;

-- 5. Classified columns
-- Columns are tagged once they exist: run --apply again after the first publication. By name:
--   internal: city: coarse enough for reports by place
--   personal: *_token: keyed tokens of e-mail addresses, cards, names, phones and addresses: pseudonyms, still of one person
--   personal: postal_code, zip, tracking_number: lead to a person with little more
--   restricted: *email*, *phone*, *address*, *birth*, *iban*, names of persons: the persons themselves, also encrypted
--   restricted: card data, which is never to be read in; should it be, nobody sees it
create tag if not exists SHOPWAVE._META.CLASSIFICATION allowed_values 'internal', 'personal', 'restricted' comment = 'What a column says about a person: nothing of note, leads to one, is one.';
alter tag SHOPWAVE._META.CLASSIFICATION set comment = 'What a column says about a person: nothing of note, leads to one, is one.';
alter tag SHOPWAVE._META.CLASSIFICATION set allowed_values 'internal', 'personal', 'restricted';
grant ownership on tag SHOPWAVE._META.CLASSIFICATION to role SHOPWAVE_ADMIN copy current grants;
create masking policy if not exists SHOPWAVE._META.MASK_TEXT as (val varchar) returns varchar -> case when is_role_in_session('SHOPWAVE_LOADER') or is_role_in_session('SHOPWAVE_TRANSFORMER') then val when system$get_tag_on_current_column('SHOPWAVE._META.CLASSIFICATION') = 'internal' then val else '*** masked ***' end comment = 'Shows classified values to the pipeline alone.';
alter masking policy SHOPWAVE._META.MASK_TEXT set comment = 'Shows classified values to the pipeline alone.';
alter masking policy SHOPWAVE._META.MASK_TEXT set body -> case when is_role_in_session('SHOPWAVE_LOADER') or is_role_in_session('SHOPWAVE_TRANSFORMER') then val when system$get_tag_on_current_column('SHOPWAVE._META.CLASSIFICATION') = 'internal' then val else '*** masked ***' end;
grant ownership on masking policy SHOPWAVE._META.MASK_TEXT to role SHOPWAVE_ADMIN copy current grants;
alter tag SHOPWAVE._META.CLASSIFICATION set masking policy SHOPWAVE._META.MASK_TEXT force;
create masking policy if not exists SHOPWAVE._META.MASK_VARIANT as (val variant) returns variant -> case when is_role_in_session('SHOPWAVE_LOADER') or is_role_in_session('SHOPWAVE_TRANSFORMER') then val when system$get_tag_on_current_column('SHOPWAVE._META.CLASSIFICATION') = 'internal' then val else null end comment = 'Shows classified values to the pipeline alone.';
alter masking policy SHOPWAVE._META.MASK_VARIANT set comment = 'Shows classified values to the pipeline alone.';
alter masking policy SHOPWAVE._META.MASK_VARIANT set body -> case when is_role_in_session('SHOPWAVE_LOADER') or is_role_in_session('SHOPWAVE_TRANSFORMER') then val when system$get_tag_on_current_column('SHOPWAVE._META.CLASSIFICATION') = 'internal' then val else null end;
grant ownership on masking policy SHOPWAVE._META.MASK_VARIANT to role SHOPWAVE_ADMIN copy current grants;
alter tag SHOPWAVE._META.CLASSIFICATION set masking policy SHOPWAVE._META.MASK_VARIANT force;
alter schema SHOPWAVE.RAW set tag SHOPWAVE._META.CLASSIFICATION = 'restricted';

-- 6. Rights
-- Tables and views become their layer’s as they are made, whichever process makes them.
-- Analysts see marts and nothing else.
grant usage on warehouse SHOPWAVE_TRANSFORM to role SHOPWAVE_LOADER;
grant operate on warehouse SHOPWAVE_TRANSFORM to role SHOPWAVE_LOADER;
grant usage on warehouse SHOPWAVE_TRANSFORM to role SHOPWAVE_TRANSFORMER;
grant operate on warehouse SHOPWAVE_TRANSFORM to role SHOPWAVE_TRANSFORMER;
grant usage on warehouse SHOPWAVE_BACKFILL to role SHOPWAVE_LOADER;
grant operate on warehouse SHOPWAVE_BACKFILL to role SHOPWAVE_LOADER;
grant usage on warehouse SHOPWAVE_BACKFILL to role SHOPWAVE_TRANSFORMER;
grant operate on warehouse SHOPWAVE_BACKFILL to role SHOPWAVE_TRANSFORMER;
grant usage on warehouse SHOPWAVE_SEMANTIC to role SHOPWAVE_SEMANTIC;
grant usage on warehouse SHOPWAVE_ADHOC to role SHOPWAVE_ANALYST;
grant usage on file format SHOPWAVE._META.LANDED_LINES to role SHOPWAVE_LOADER;
grant read on stage SHOPWAVE._META.LANDING to role SHOPWAVE_LOADER;
grant write on stage SHOPWAVE._META.LANDING to role SHOPWAVE_LOADER;
grant usage on integration SHOPWAVE_ARCHIVE to role SHOPWAVE_ADMIN;
grant usage on stage SHOPWAVE._META.ARCHIVE to role SHOPWAVE_LOADER;
grant usage on database SHOPWAVE to role SHOPWAVE_LOADER;
grant usage on database SHOPWAVE to role SHOPWAVE_TRANSFORMER;
grant usage on database SHOPWAVE to role SHOPWAVE_SEMANTIC;
grant usage on database SHOPWAVE to role SHOPWAVE_ANALYST;
grant create schema on database SHOPWAVE to role SHOPWAVE_LOADER;
grant create schema on database SHOPWAVE to role SHOPWAVE_TRANSFORMER;
grant usage on schema SHOPWAVE.RAW to role SHOPWAVE_LOADER;
grant usage on schema SHOPWAVE.RAW to role SHOPWAVE_TRANSFORMER;
grant create table on schema SHOPWAVE.RAW to role SHOPWAVE_LOADER;
grant ownership on future tables in schema SHOPWAVE.RAW to role SHOPWAVE_LOADER;
grant ownership on future views in schema SHOPWAVE.RAW to role SHOPWAVE_LOADER;
grant select on future tables in schema SHOPWAVE.RAW to role SHOPWAVE_TRANSFORMER;
grant select on future views in schema SHOPWAVE.RAW to role SHOPWAVE_TRANSFORMER;
grant usage on schema SHOPWAVE.STAGING to role SHOPWAVE_TRANSFORMER;
grant create table on schema SHOPWAVE.STAGING to role SHOPWAVE_TRANSFORMER;
grant create view on schema SHOPWAVE.STAGING to role SHOPWAVE_TRANSFORMER;
grant ownership on future tables in schema SHOPWAVE.STAGING to role SHOPWAVE_TRANSFORMER;
grant ownership on future views in schema SHOPWAVE.STAGING to role SHOPWAVE_TRANSFORMER;
grant usage on schema SHOPWAVE.INTERMEDIATE to role SHOPWAVE_TRANSFORMER;
grant create table on schema SHOPWAVE.INTERMEDIATE to role SHOPWAVE_TRANSFORMER;
grant create view on schema SHOPWAVE.INTERMEDIATE to role SHOPWAVE_TRANSFORMER;
grant ownership on future tables in schema SHOPWAVE.INTERMEDIATE to role SHOPWAVE_TRANSFORMER;
grant ownership on future views in schema SHOPWAVE.INTERMEDIATE to role SHOPWAVE_TRANSFORMER;
grant usage on schema SHOPWAVE.MARTS to role SHOPWAVE_TRANSFORMER;
grant usage on schema SHOPWAVE.MARTS to role SHOPWAVE_SEMANTIC;
grant usage on schema SHOPWAVE.MARTS to role SHOPWAVE_ANALYST;
grant create table on schema SHOPWAVE.MARTS to role SHOPWAVE_TRANSFORMER;
grant create view on schema SHOPWAVE.MARTS to role SHOPWAVE_TRANSFORMER;
grant ownership on future tables in schema SHOPWAVE.MARTS to role SHOPWAVE_TRANSFORMER;
grant ownership on future views in schema SHOPWAVE.MARTS to role SHOPWAVE_TRANSFORMER;
grant select on future tables in schema SHOPWAVE.MARTS to role SHOPWAVE_SEMANTIC;
grant select on future views in schema SHOPWAVE.MARTS to role SHOPWAVE_SEMANTIC;
grant select on future tables in schema SHOPWAVE.MARTS to role SHOPWAVE_ANALYST;
grant select on future views in schema SHOPWAVE.MARTS to role SHOPWAVE_ANALYST;
grant usage on schema SHOPWAVE._META to role SHOPWAVE_TRANSFORMER;
grant usage on schema SHOPWAVE._META to role SHOPWAVE_LOADER;
grant usage on schema SHOPWAVE._META to role SHOPWAVE_SEMANTIC;
grant create table on schema SHOPWAVE._META to role SHOPWAVE_TRANSFORMER;
grant create view on schema SHOPWAVE._META to role SHOPWAVE_TRANSFORMER;
grant create table on schema SHOPWAVE._META to role SHOPWAVE_LOADER;
grant ownership on future tables in schema SHOPWAVE._META to role SHOPWAVE_TRANSFORMER;
grant ownership on future views in schema SHOPWAVE._META to role SHOPWAVE_TRANSFORMER;
grant select on future tables in schema SHOPWAVE._META to role SHOPWAVE_LOADER;
grant select on future views in schema SHOPWAVE._META to role SHOPWAVE_LOADER;
grant insert on future tables in schema SHOPWAVE._META to role SHOPWAVE_LOADER;
grant update on future tables in schema SHOPWAVE._META to role SHOPWAVE_LOADER;
grant delete on future tables in schema SHOPWAVE._META to role SHOPWAVE_LOADER;
grant select on future tables in schema SHOPWAVE._META to role SHOPWAVE_SEMANTIC;
grant select on future views in schema SHOPWAVE._META to role SHOPWAVE_SEMANTIC;
grant usage on schema SHOPWAVE.FEED to role SHOPWAVE_TRANSFORMER;
grant create table on schema SHOPWAVE.FEED to role SHOPWAVE_TRANSFORMER;
grant create view on schema SHOPWAVE.FEED to role SHOPWAVE_TRANSFORMER;
grant ownership on future tables in schema SHOPWAVE.FEED to role SHOPWAVE_TRANSFORMER;
grant ownership on future views in schema SHOPWAVE.FEED to role SHOPWAVE_TRANSFORMER;
grant usage on schema SHOPWAVE.SEEDS to role SHOPWAVE_TRANSFORMER;
grant create table on schema SHOPWAVE.SEEDS to role SHOPWAVE_TRANSFORMER;
grant create view on schema SHOPWAVE.SEEDS to role SHOPWAVE_TRANSFORMER;
grant ownership on future tables in schema SHOPWAVE.SEEDS to role SHOPWAVE_TRANSFORMER;
grant ownership on future views in schema SHOPWAVE.SEEDS to role SHOPWAVE_TRANSFORMER;
grant usage on schema SHOPWAVE.DELTA to role SHOPWAVE_TRANSFORMER;
grant create table on schema SHOPWAVE.DELTA to role SHOPWAVE_TRANSFORMER;
grant create view on schema SHOPWAVE.DELTA to role SHOPWAVE_TRANSFORMER;
grant ownership on future tables in schema SHOPWAVE.DELTA to role SHOPWAVE_TRANSFORMER;
grant ownership on future views in schema SHOPWAVE.DELTA to role SHOPWAVE_TRANSFORMER;
grant usage on schema SHOPWAVE.DBT_TEST__AUDIT to role SHOPWAVE_TRANSFORMER;
grant create table on schema SHOPWAVE.DBT_TEST__AUDIT to role SHOPWAVE_TRANSFORMER;
grant create view on schema SHOPWAVE.DBT_TEST__AUDIT to role SHOPWAVE_TRANSFORMER;
grant ownership on future tables in schema SHOPWAVE.DBT_TEST__AUDIT to role SHOPWAVE_TRANSFORMER;
grant ownership on future views in schema SHOPWAVE.DBT_TEST__AUDIT to role SHOPWAVE_TRANSFORMER;

-- 7. Service users
-- Without a password. Public keys only; the private ones never leave where the processes run.
create network policy if not exists SHOPWAVE_SERVICES allowed_ip_list = ('192.0.2.0/24') comment = 'Where the service users may log in from.';
alter network policy SHOPWAVE_SERVICES set allowed_ip_list = ('192.0.2.0/24') comment = 'Where the service users may log in from.';
create user if not exists SHOPWAVE_PIPELINE_SVC type = SERVICE workload_identity = (type = aws arn = 'arn:aws:iam::123456789012:role/shopwave-pipeline') default_role = SHOPWAVE_PIPELINE default_warehouse = SHOPWAVE_TRANSFORM comment = 'The process that loads and transforms.';
alter user SHOPWAVE_PIPELINE_SVC set type = SERVICE default_role = SHOPWAVE_PIPELINE default_warehouse = SHOPWAVE_TRANSFORM network_policy = SHOPWAVE_SERVICES comment = 'The process that loads and transforms.';
alter user SHOPWAVE_PIPELINE_SVC set workload_identity = (type = aws arn = 'arn:aws:iam::123456789012:role/shopwave-pipeline');
grant role SHOPWAVE_PIPELINE to user SHOPWAVE_PIPELINE_SVC;
create user if not exists SHOPWAVE_SEMANTIC_SVC type = SERVICE workload_identity = (type = aws arn = 'arn:aws:iam::123456789012:role/shopwave-semantic') default_role = SHOPWAVE_SEMANTIC default_warehouse = SHOPWAVE_SEMANTIC comment = 'The semantic layer.';
alter user SHOPWAVE_SEMANTIC_SVC set type = SERVICE default_role = SHOPWAVE_SEMANTIC default_warehouse = SHOPWAVE_SEMANTIC network_policy = SHOPWAVE_SERVICES comment = 'The semantic layer.';
alter user SHOPWAVE_SEMANTIC_SVC set workload_identity = (type = aws arn = 'arn:aws:iam::123456789012:role/shopwave-semantic');
grant role SHOPWAVE_SEMANTIC to user SHOPWAVE_SEMANTIC_SVC;
