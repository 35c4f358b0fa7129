-- One row a payment transaction; cash_minor is what really moved: captures in, refunds out, nothing else.
select
  {{ hash_key('p.payment_id') }} as payment_key,
  p.payment_id,
  {{ hash_key('p.order_id') }} as order_key,
  p.order_id,
  coalesce(cu.customer_key, -1) as customer_key,
  coalesce(cu.customer_durable_key, -1) as customer_durable_key,
  p.kind,
  p.method,
  p.status,
  o.channel,
  p.currency,
  o.is_test,
  {{ minor('p.amount') }} as amount_minor,
  case
    when p.status <> 'succeeded' then 0
    when p.kind = 'capture' then {{ minor('p.amount') }}
    when p.kind = 'refund' then -{{ minor('p.amount') }}
    else 0
  end as cash_minor,
  p.created_at,
  {{ business_date('p.created_at') }} as payment_date
from (select * from {{ ref('int_payments') }} where {{ touched('order_id') }}) as p
join {{ ref('int_orders') }} as o on o.order_id = p.order_id
{{ asof_join(ref('dim_customer'), 'cu', 'cu.customer_id = o.customer_id', 'o.placed_at') }}
