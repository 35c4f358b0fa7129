-- Shipments of all sources as they are now. Marts read no staging: a further source is added here, once.
select * from {{ ref('stg_shop__shipments') }}
