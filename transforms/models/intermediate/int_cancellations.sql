-- Cancellations of all sources, those without an order among them. Marts read no staging: a further source is added
-- here, once.
select * from {{ ref('stg_shop__cancellations') }}
