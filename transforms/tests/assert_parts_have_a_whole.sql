-- Lines of refunds, cancellations and shipments whose head is not there, yet or any more: they wait in staging, as
-- nothing says when it was, in which currency, or whether it left.
{{ config(severity='warn', meta={'looks_again_by': 'belongs_to'}) }}
{% set parts = {
  'refund line': ('stg_shop__refund_lines', 'refund_line_id', 'stg_shop__refunds', 'refund_id'),
  'cancelled line': ('stg_shop__cancellation_lines', 'cancellation_line_id', 'stg_shop__cancellations', 'cancellation_id'),
  'shipped line': ('stg_shop__shipment_lines', 'shipment_line_id', 'stg_shop__shipments', 'shipment_id'),
  'Shopify refund line': ('stg_shopify__refund_lines', 'refund_line_id', 'stg_shopify__refunds', 'refund_id'),
  'Shopify shipped line': (
    'stg_shopify__fulfillment_lines', 'shipment_line_id', 'stg_shopify__fulfillments', 'shipment_id'
  ),
} %}
{% for what, (lines, line_id, heads, head_id) in parts.items() %}
{% if not loop.first %}union all{% endif %}
select '{{ what }}' as what, l.{{ line_id }} as id, l.{{ head_id }} as belongs_to
from {{ ref(lines) }} as l
left join {{ ref(heads) }} as h on h.{{ head_id }} = l.{{ head_id }}
where h.{{ head_id }} is null and {{ touched_in_run('l.' ~ head_id, {lines: head_id, heads: head_id}) }}
{% endfor %}
