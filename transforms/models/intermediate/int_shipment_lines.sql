-- What was packed into which shipment. Marts read no staging: a further source is added here, once.
select * from {{ ref('stg_shop__shipment_lines') }}
