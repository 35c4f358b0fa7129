-- One row a customer record: who knows it, and its e-mail address (as a token) as it is now. The shop's row counts where
-- shop and Shopify know one id. A deleted record keeps the address it had: what it bought stays its person's.
{% set place = "_position || lpad(cast(_ordinal as varchar), 12, '0')" %}
{% set row_place = "case when _op <> 'd' then " ~ place ~ " end" %}
with reported as (
  {% for source_system in ['shop', 'shopify'] %}
  {% if not loop.first %}union all{% endif %}
  select
    '{{ source_system }}' as source_system,
    customer_id,
    {{ max_by('email_token', row_place) }} as email_token,
    {{ max_by('_op', place) }} = 'd' as is_deleted
  from {{ ref('stg_' ~ source_system ~ '__customers') }}
  where {{ touched('customer_id') }}
  group by customer_id
  having max({{ row_place }}) is not null
  {% endfor %}
),

known as (
  select
    customer_id,
    {{ bool_or("source_system = 'shop'") }} as is_in_shop,
    {{ bool_or("source_system = 'shopify'") }} as is_on_shopify
  from reported
  group by customer_id
)

select
  k.customer_id,
  r.source_system,
  k.is_in_shop,
  k.is_on_shopify,
  r.email_token,
  r.is_deleted
from known as k
join reported as r
  on r.customer_id = k.customer_id
    and r.source_system = case when k.is_in_shop then 'shop' else 'shopify' end
