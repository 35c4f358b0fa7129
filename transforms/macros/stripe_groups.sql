{# Touch keys of what Stripe's objects belong to: `objects` is a query of object_id, charge_id, payment_intent_id and
   order_id. The order is named by the object or its charge, or is that of the shop's payment with the payment intent;
   an object that nobody knew an order of has a group of its own. A key too many costs a little; one too few is wrong. #}
{% macro stripe_groups(objects) %}
select touch_key from (
with objects as ({{ objects }})
select order_id as touch_key from objects
union all
select -{{ hash_key('object_id') }} from objects
union all
select c.order_id from objects as o
join {{ ref('stg_stripe__charges') }} as c on c.charge_id = o.charge_id
where o.order_id is null
union all
select p.order_id from objects as o
join {{ ref('stg_shop__payments') }} as p on p.processor_ref = o.payment_intent_id
union all
select p.order_id from objects as o
join {{ ref('stg_stripe__charges') }} as c on c.charge_id = o.charge_id
join {{ ref('stg_shop__payments') }} as p on p.processor_ref = c.payment_intent_id
where o.payment_intent_id is null
) as told
{% endmacro %}

{# The objects behind balance transactions, in the shape that stripe_groups takes: `transactions` is a query of
   balance_transaction_id and source_id. A source that is not known yet is an object without an order. #}
{% macro stripe_sources(transactions) %}
with transactions as ({{ transactions }})
select t.source_id as object_id, c.charge_id, c.payment_intent_id, c.order_id
from transactions as t join {{ ref('stg_stripe__charges') }} as c on c.charge_id = t.source_id
union all
select t.source_id, r.charge_id, r.payment_intent_id, r.order_id
from transactions as t join {{ ref('stg_stripe__refunds') }} as r on r.stripe_refund_id = t.source_id
union all
select t.source_id, d.charge_id, d.payment_intent_id, d.order_id
from transactions as t join {{ ref('stg_stripe__disputes') }} as d on d.dispute_id = t.source_id
union all
select coalesce(source_id, balance_transaction_id), null, null, null from transactions
{% endmacro %}
