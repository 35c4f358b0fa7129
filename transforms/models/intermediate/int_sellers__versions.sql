-- Every version of a seller that the sources report. Marts read no staging: a further source is added here, once.
select * from {{ ref('stg_shop__sellers') }}
