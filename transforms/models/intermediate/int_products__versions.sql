-- Every version of a product that the sources report. Marts read no staging: a further source is added here, once.
select * from {{ ref('stg_shop__products') }}
