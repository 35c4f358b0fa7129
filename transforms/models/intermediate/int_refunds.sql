-- Refunds of all sources. Marts read no staging: a further source is added here, once.
select * from {{ ref('stg_shop__refunds') }}
