select * from {{ ref('stg_shop__products') }}
