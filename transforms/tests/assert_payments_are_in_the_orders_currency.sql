-- Payments and refunds in another currency than their order: each counts in its own, and the two are never added up. What
-- Stripe keeps as a fee, and what has no transaction behind it, is in the currency of the balance there.
{{ config(severity='warn', meta={'looks_again_by': 'order_id'}) }}
{% set payments = {'fct_orders': 'order_id', 'fct_payments': 'order_id'} %}
{% set refunds = {'fct_orders': 'order_id', 'stg_shop__refunds': 'order_id'} %}
select 'payment' as what, p.payment_key as id, p.order_id, p.currency, o.currency as order_currency
from (
  select * from {{ ref('fct_payments') }}
  where kind not in ('fee', 'adjustment') and {{ touched_in_run('order_id', payments) }}
) as p
join {{ ref('fct_orders') }} as o on o.order_id = p.order_id
where p.currency is distinct from o.currency
union all
-- Shopify's refunds name no currency of their own
select 'refund', r.refund_id, r.order_id, r.currency, o.currency
from (select * from {{ ref('stg_shop__refunds') }} where {{ touched_in_run('order_id', refunds) }}) as r
join {{ ref('fct_orders') }} as o on o.order_id = r.order_id
where o.source_system = 'shop' and r.currency is distinct from o.currency
