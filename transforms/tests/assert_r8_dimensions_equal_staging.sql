-- R8, staging to marts: the current version of a product, a seller and a customer of the shop is what its newest row in
-- staging says.
{% set place = "_position || lpad(cast(_ordinal as varchar), 12, '0')" %}
{% set dimensions = {
  'dim_product': {
    'of': 'stg_shop__products',
    'key': 'product_id',
    'columns': {
      'sku': 's.sku', 'title': 's.title', 'category': 's.category', 'kind': 's.kind', 'price': 's.price',
      'currency': 's.currency', 'is_active': 's.is_active',
    },
  },
  'dim_seller': {
    'of': 'stg_shop__sellers',
    'key': 'seller_id',
    'columns': {
      'seller_name': "coalesce(s.seller_name, 'Unknown')", 'country': "coalesce(s.seller_country, 'Unknown')",
      'commission_rate': 's.commission_rate',
    },
  },
  'dim_customer': {
    'of': 'stg_shop__customers',
    'key': 'customer_id',
    'columns': {'country': 's.country', 'city': 's.city', 'segment': 's.segment'},
  },
} %}
{% for name, from in dimensions.items() %}
{% set keys = {name: from.key, from.of: from.key} %}
{% if not loop.first %}union all{% endif %}
select '{{ name }}' as dimension, s.{{ from.key }} as id
from (
  select v.*
  from (select * from {{ ref(from.of) }} where {{ touched_in_run(from.key, keys) }}) as v
  join (
    select {{ from.key }}, max({{ place }}) as place from {{ ref(from.of) }}
    where {{ touched_in_run(from.key, keys) }}
    group by {{ from.key }}
  ) as newest on newest.{{ from.key }} = v.{{ from.key }} and newest.place = {{ place }}
  where v._op <> 'd'
) as s
left join (
  select * from {{ ref(name) }} where is_current and {{ touched_in_run(from.key, keys) }}
) as d on d.{{ from.key }} = s.{{ from.key }}
where d.{{ from.key }} is null
  {% for column, said in from.columns.items() %}
  or d.{{ column }} is distinct from {{ said }}
  {% endfor %}
{% endfor %}
