-- A dimension has one current version of a key, and it is the one without an end.
select customer_id as id, count(*) as current_versions from {{ ref('dim_customer') }}
where (is_current or valid_to = timestamp '9999-12-31 00:00:00')
  and {{ touched_in_run('customer_id', {'dim_customer': 'customer_id'}) }}
group by customer_id
having count(*) <> 1 or min(case when is_current then 1 else 0 end) = 0 or max(valid_to) <> min(valid_to)
union all
select product_id, count(*) from {{ ref('dim_product') }}
where (is_current or valid_to = timestamp '9999-12-31 00:00:00')
  and {{ touched_in_run('product_id', {'dim_product': 'product_id'}) }}
group by product_id
having count(*) <> 1 or min(case when is_current then 1 else 0 end) = 0 or max(valid_to) <> min(valid_to)
