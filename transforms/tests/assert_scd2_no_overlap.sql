-- A dimension's versions join without gap or overlap: every instant has exactly one.
select customer_id as id, valid_from, valid_to from (
  select customer_id, valid_from, valid_to, lead(valid_from) over (partition by customer_id order by valid_from) as next_from
  from {{ ref('dim_customer') }}
  where {{ touched_in_run('customer_id', {'dim_customer': 'customer_id'}) }}
) as versions
where valid_to <> coalesce(next_from, timestamp '9999-12-31 00:00:00') or valid_from >= valid_to
union all
select product_id, valid_from, valid_to from (
  select product_id, valid_from, valid_to, lead(valid_from) over (partition by product_id order by valid_from) as next_from
  from {{ ref('dim_product') }}
  where {{ touched_in_run('product_id', {'dim_product': 'product_id'}) }}
) as versions
where valid_to <> coalesce(next_from, timestamp '9999-12-31 00:00:00') or valid_from >= valid_to
union all
select seller_id, valid_from, valid_to from (
  select seller_id, valid_from, valid_to, lead(valid_from) over (partition by seller_id order by valid_from) as next_from
  from {{ ref('dim_seller') }}
  where {{ touched_in_run('seller_id', {'dim_seller': 'seller_id'}) }}
) as versions
where valid_to <> coalesce(next_from, timestamp '9999-12-31 00:00:00') or valid_from >= valid_to
