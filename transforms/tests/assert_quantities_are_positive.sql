-- Units below one: what was ordered, sent, cancelled or given back is counted in positive units, and its sign comes from
-- what it is. The number is kept as it came, so that it takes away where it should add.
{{ config(severity='warn', meta={'looks_again_by': 'id'}) }}
{% set parts = {
  'stg_shop__order_lines': 'order_line_id',
  'stg_shop__shipment_lines': 'shipment_line_id',
  'stg_shop__cancellation_lines': 'cancellation_line_id',
  'stg_shop__refund_lines': 'refund_line_id',
} %}
{% for name, key in parts.items() %}
{% if not loop.first %}union all{% endif %}
select '{{ key }}' as what, {{ key }} as id, quantity
from {{ ref(name) }}
where quantity < 1 and {{ touched_in_run(key, {name: key}) }}
{% endfor %}
