-- What lines say of discount and tax is in the finance fact to the last minor unit, order by order: a discount that was
-- not allocated to a line would make revenue too high.
{% set orders = {'fct_order_events': 'order_id', 'fct_order_lines': 'order_id'} %}
select coalesce(e.order_id, l.order_id) as order_id, e.discount_minor, l.discount_minor as line_discount_minor,
  e.tax_minor, l.tax_minor as line_tax_minor
from (
  -- a line that is itself a discount has a quantity, and is an amount of its own
  select order_id,
    -sum(case when event_type in ('discount', 'gift_card_discount') and quantity = 0 then amount_minor else 0 end) as discount_minor,
    sum(case when event_type = 'tax' then amount_minor else 0 end) as tax_minor
  from {{ ref('fct_order_events') }}
  -- tax of shipping is of no line
  where event_type in ('discount', 'gift_card_discount', 'tax') and order_line_key <> -2 and {{ touched_in_run('order_id', orders) }}
  group by order_id
) as e
full outer join (
  select order_id, sum(discount_minor) as discount_minor, sum(tax_minor) as tax_minor
  from {{ ref('fct_order_lines') }}
  where order_key <> -1 and {{ touched_in_run('order_id', orders) }}
  group by order_id
) as l on l.order_id = e.order_id
where coalesce(e.discount_minor, 0) <> coalesce(l.discount_minor, 0)
  or coalesce(e.tax_minor, 0) <> coalesce(l.tax_minor, 0)
