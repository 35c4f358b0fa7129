{{ config(materialized='table', unique_key='order_id') }}
with paid as (
  select
    order_id,
    count(*) as payments,
    sum(case when status = 'succeeded' then {{ to_minor('amount') }} else 0 end) as paid_minor
  from {{ ref('stg_shop__payments') }}
  group by order_id
),
refunded as (
  select order_id, count(*) as refunds, sum({{ to_minor('amount') }}) as refunded_minor
  from {{ ref('stg_shop__refunds') }}
  group by order_id
)
select
  paid.order_id,
  paid.payments,
  coalesce(refunded.refunds, 0) as refunds,
  cast(paid.paid_minor as bigint) as paid_minor,
  cast(coalesce(refunded.refunded_minor, 0) as bigint) as refunded_minor,
  cast(paid.paid_minor - coalesce(refunded.refunded_minor, 0) as bigint) as cash_minor
from paid
left join refunded on refunded.order_id = paid.order_id
