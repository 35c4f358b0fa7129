select product_id from {{ ref('dim_product') }} where units < 0
