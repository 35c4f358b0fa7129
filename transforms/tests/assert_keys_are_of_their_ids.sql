-- The keys of a fact are those of what its ids name: of its order where that is there, and -1 only where it is not; of
-- the customer and the person of that order; of the product that the shop's line names, of what is sold and given back. A fact that points elsewhere is counted with another order or customer.
{% set facts = {
  'fct_order_lines': {'id': 'order_line_id', 'customers': true, 'none': '-1'},
  'fct_order_events': {'id': 'order_event_key', 'customers': true, 'none': '-2'},
  'fct_payments': {'id': 'payment_key', 'customers': true, 'none': '-1'},
  'fct_shipments': {'id': 'shipment_id', 'customers': false, 'none': '-1'},
} %}
{% set events = {'fct_order_events': 'order_id', 'fct_order_lines': 'order_id'} %}
select * from (
{% for name, of in facts.items() %}
{% set orders = {'fct_orders': 'order_id', name: 'order_id'} %}
{% if not loop.first %}union all{% endif %}
select '{{ name }}' as fact, f.{{ of.id }} as id, f.order_id, f.order_key,
  {% if of.customers %}f.customer_key{% else %}cast(null as bigint){% endif %} as names_key, o.customer_key as should_name_key
from (select * from {{ ref(name) }} where {{ touched_in_run('order_id', orders) }}) as f
left join (select * from {{ ref('fct_orders') }} where {{ touched_in_run('order_id', orders) }}) as o
  on o.order_id = f.order_id
where f.order_key is distinct from case when o.order_id is null then {{ of.none }} else {{ hash_key('f.order_id') }} end
{% if of.customers %}
  or (
    o.order_id is not null
    and (
      f.customer_key is distinct from o.customer_key
      or f.customer_durable_key is distinct from o.customer_durable_key
      or f.person_key is distinct from o.person_key
    )
  )
{% endif %}
{% endfor %}
) as of_orders
union all
select 'fct_order_lines', l.order_line_id, l.order_id, l.order_key, l.product_durable_key, {{ hash_key('s.product_id') }}
from (
  select * from {{ ref('fct_order_lines') }}
  where source_system = 'shop' and {{ touched_in_run('order_line_id', {'fct_order_lines': 'order_line_id'}) }}
) as l
join (
  select * from {{ ref('stg_shop__order_lines') }}
  where {{ touched_in_run('order_line_id', {'fct_order_lines': 'order_line_id'}) }}
) as s on s.order_line_id = l.order_line_id
-- what a line without its order was sold as is not known yet
where s.product_id is not null and (l.order_key <> -1 or l.product_key <> -1)
  and l.product_durable_key is distinct from {{ hash_key('s.product_id') }}
union all
select 'fct_order_events', e.order_event_key, e.order_id, e.order_key, e.product_durable_key, l.product_durable_key
from (
  select * from {{ ref('fct_order_events') }}
  where event_type in ('sale', 'gift_card_sale', 'refund', 'gift_card_refund')
    and {{ touched_in_run('order_id', events) }}
) as e
join (select * from {{ ref('fct_order_lines') }} where {{ touched_in_run('order_id', events) }}) as l
  on l.order_line_key = e.order_line_key
where l.order_key <> -1
  and (e.product_durable_key is distinct from l.product_durable_key or e.product_key is distinct from l.product_key)
union all
-- a ticket's customer is that of its order, where that has one
select 'fct_support_tickets', t.ticket_id, t.order_id, t.order_key, t.customer_key, o.customer_key
from (
  select * from {{ ref('fct_support_tickets') }}
  where {{ touched_in_run('ticket_id', {'fct_support_tickets': 'ticket_id'}) }}
) as t
left join (
  select order_id, customer_key, person_key from {{ ref('fct_orders') }}
  where order_id in (
    select order_id from {{ ref('fct_support_tickets') }}
    where {{ touched_in_run('ticket_id', {'fct_support_tickets': 'ticket_id'}) }}
  )
) as o on o.order_id = t.order_id
where t.order_key is distinct from case
    when t.order_id is null then -2
    when o.order_id is null then -1
    else {{ hash_key('t.order_id') }}
  end
  or (o.customer_key <> -1 and (t.customer_key is distinct from o.customer_key or t.person_key is distinct from o.person_key))
