-- What the sources say of an order that is not there, yet or any more. It is kept, under order_key -1 where it is a fact
-- of its own, and finds its order once that comes.
{{ config(severity='warn', meta={'looks_again_by': 'order_id'}) }}
{% set orders %}
  select order_id from changed where order_id is not null
{% endset %}
{% set parts = {
  'stg_shop__order_lines': ('line', 'order_line_id'),
  'stg_shop__payments': ('payment', 'payment_id'),
  'stg_shop__refunds': ('refund', 'refund_id'),
  'stg_shop__shipments': ('shipment', 'shipment_id'),
  'stg_shop__cancellations': ('cancellation', 'cancellation_id'),
} %}
{% for name, (what, key) in parts.items() %}
{% if not loop.first %}union all{% endif %}
select '{{ what }}' as what, p.{{ key }} as id, p.order_id
from {{ ref(name) }} as p
left join {{ ref('stg_shop__orders') }} as o on o.order_id = p.order_id
where o.order_id is null and p.order_id is not null
  and {{ touched_in_run('p.order_id', {name: orders, 'stg_shop__orders': 'order_id'}) }}
{% endfor %}
{% set on_shopify = {
  'stg_shopify__order_lines': ('Shopify line', 'order_line_id'),
  'stg_shopify__transactions': ('Shopify payment', 'payment_id'),
  'stg_shopify__refunds': ('Shopify refund', 'refund_id'),
  'stg_shopify__fulfillments': ('Shopify shipment', 'shipment_id'),
} %}
{% for name, (what, key) in on_shopify.items() %}
union all
-- Lines come in versions; where the shop has the order, it is there.
select distinct '{{ what }}', p.{{ key }}, p.order_id
from {{ ref(name) }} as p
left join {{ ref('stg_shopify__orders') }} as s on s.order_id = p.order_id
left join {{ ref('stg_shop__orders') }} as o on o.order_id = p.order_id
where s.order_id is null and o.order_id is null and p.order_id is not null{% if name == 'stg_shopify__order_lines' %} and p._op <> 'd'{% endif %}

  and {{ touched_in_run('p.order_id', {name: orders, 'stg_shopify__orders': 'order_id', 'stg_shop__orders': 'order_id'}) }}
{% endfor %}
