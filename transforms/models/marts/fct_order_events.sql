-- One economic event x order line, signed and additive: nothing that happened later ever changes a past day.
{#- Minor units of the row's currency as those of the reporting currency: exact decimals, rounded once, half away from zero.
   28 digits, so that DuckDB multiplies in 128 bits: of two decimals of up to 18 it keeps 18, which 92,000 euros overflow. -#}
{%- macro in_reporting(amount, rate) -%}
cast(round(cast({{ amount }} as decimal(28, 0)) * {{ rate }} * cast({{ minor_units("'" ~ var('reporting_currency') ~ "'") }}
  * case {{ minor_units('d.row_currency') }} when 1 then 1.000 when 1000 then 0.001 else 0.010 end as decimal(7, 3)), 0) as bigint)
{%- endmacro %}
with lines as (
  select
    l.*,
    coalesce(p.product_key, -1) as product_key,
    coalesce(p.product_durable_key, -1) as product_durable_key,
    coalesce(l.line_kind, p.kind, 'goods') as kind
  from {{ ref('int_order_lines__amounts') }} as l
  {{ asof_join(ref('dim_product'), 'p', 'p.product_id = l.product_id', 'l.placed_at') }}
),

cancelled as (
  select
    c.*,
    coalesce(p.product_key, -1) as product_key,
    coalesce(p.product_durable_key, -1) as product_durable_key,
    coalesce(c.line_kind, p.kind, 'goods') as kind,
    coalesce(t.tax_minor, 0) as tax_minor
  from {{ ref('int_cancellation_lines__amounts') }} as c
  {{ asof_join(ref('dim_product'), 'p', 'p.product_id = c.product_id', 'c.cancelled_at') }}
  left join {{ ref('int_cancellation_lines__taxes') }} as t
    on t.cancellation_line_id = c.cancellation_line_id and t.source_system = c.source_system
),

shipping_turns as (
  select * from {{ ref('int_cancelled_orders__shipping') }}
),

-- Its product is looked up by the line, not by the order.
refund_lines as (
  select
    r.*,
    case when l.order_line_id is null then -2 else coalesce(p.product_key, -1) end as product_key,
    case when l.order_line_id is null then -2 else coalesce(p.product_durable_key, -1) end as product_durable_key,
    coalesce(l.line_kind, p.kind, 'goods') as kind,
    -- what the units sold for, whatever the discount; where the line is not known, what was given back for them
    coalesce({{ safe_divide('l.gross_minor * r.quantity', 'l.quantity', 0) }}, r.goods_minor) as face_minor
  from {{ ref('int_refund_lines__amounts') }} as r
  left join {{ ref('int_refund_lines__products') }} as l on l.order_line_id = r.order_line_id
  {{ asof_join(ref('dim_product'), 'p', 'p.product_id = l.product_id', 'l.placed_at') }}
),

-- shipping that a cancellation has taken back before is not taken back again: what the refund says of it is cash
refunds as (
  select
    r.refund_id,
    r.order_id,
    r.currency,
    r.refunded_at,
    r.amount_minor,
    case when s.order_id is null then r.shipping_minor else 0 end as shipping_minor,
    case when s.order_id is null then r.shipping_tax_minor else 0 end as shipping_tax_minor,
    coalesce(l.lines_minor, 0) as lines_minor
  from {{ ref('int_refunds') }} as r
  left join (
    select refund_id, sum(goods_minor + tax_minor) as lines_minor from refund_lines group by refund_id
  ) as l on l.refund_id = r.refund_id
  left join shipping_turns as s
    on s.order_id = r.order_id and s.is_off and r.refunded_at >= s.cancelled_at
      and (s.until is null or r.refunded_at < s.until)
),

orders as (
  select * from {{ ref('int_orders') }} as o
  where {{ touched('o.order_id') }}
),

-- event_type, its source row, the line it belongs to, when, how many, how much; the currency where it is not the order's,
-- and for the difference of rates what was refunded
events as (
  -- the line kind says what a line is: goods are sold, the rest is what shops put on invoices beside them
  select
    case kind when 'goods' then 'sale' when 'gift_card' then 'gift_card_sale' else kind end as event_type,
    'line' as source_kind, order_line_id as source_id,
    order_id as event_group_id, order_id, order_line_id, product_key, product_durable_key,
    cast(quantity as bigint) as quantity, gross_minor as amount_minor, sold_at as event_at,
    cast(null as varchar) as currency, cast(0 as bigint) as refunded_minor
  from lines
  union all
  -- a gift card is owed at its face value, whatever it sold for: its discount is a cost, and lowers no revenue
  select case when kind = 'gift_card' then 'gift_card_discount' else 'discount' end, 'line', order_line_id, order_id,
    order_id, order_line_id, product_key, product_durable_key, 0, -discount_minor, sold_at, null, 0
  from lines where discount_minor <> 0
  union all
  select 'tax', 'line', order_line_id, order_id, order_id, order_line_id, product_key, product_durable_key,
    0, tax_minor, sold_at, null, 0
  from lines where tax_minor <> 0
  union all
  select 'shipping', 'order', order_id, order_id, order_id, null, -2, -2, 0, shipping_minor, placed_at, null, 0
  from orders where shipping_minor <> 0
  union all
  select 'tax', 'order', order_id, order_id, order_id, null, -2, -2, 0, shipping_tax_minor, placed_at, null, 0
  from orders where shipping_tax_minor <> 0
  union all
  select
    case
      when kind = 'gift_card' then 'gift_card_cancellation'
      when kind <> 'goods' then kind
      when before_capture then 'void'
      else 'cancellation'
    end,
    'cancellation_line', cancellation_line_id, event_group_id, order_id, order_line_id, product_key,
    product_durable_key, -quantity, -gross_minor, cancelled_at, null, 0
  from cancelled
  union all
  select
    case
      when kind = 'gift_card' then 'gift_card_cancellation_discount'
      when before_capture then 'void_discount'
      else 'cancellation_discount'
    end,
    'cancellation_line', cancellation_line_id, event_group_id, order_id, order_line_id, product_key,
    product_durable_key, 0, discount_minor, cancelled_at, null, 0
  from cancelled where discount_minor <> 0
  union all
  select case when before_capture then 'void_tax' else 'cancellation_tax' end, 'cancellation_line',
    cancellation_line_id, event_group_id, order_id, order_line_id, product_key, product_durable_key,
    0, -tax_minor, cancelled_at, null, 0
  from cancelled where tax_minor <> 0
  union all
  -- of an order of which nothing is left; it belongs to the cancellation that left nothing
  select case when before_capture then 'void_shipping' else 'cancellation_shipping' end, 'cancelled_order',
    cancellation_line_id, order_id, order_id, null, -2, -2, 0, shipping_minor, cancelled_at, null, 0
  from shipping_turns where shipping_minor <> 0
  union all
  select case when before_capture then 'void_tax' else 'cancellation_tax' end, 'cancelled_order',
    cancellation_line_id, order_id, order_id, null, -2, -2, 0, shipping_tax_minor, cancelled_at, null, 0
  from shipping_turns where shipping_tax_minor <> 0
  union all
  -- what a gift card is worth is owed, not earned: taking it back lowers the debt and no revenue. What is no goods goes
  -- back from where it was
  select
    case
      when kind = 'gift_card' then 'gift_card_refund'
      when kind in ('goods', 'discount') then 'refund'
      else 'refund_' || kind
    end,
    'refund_line', l.refund_line_id, l.order_id, l.order_id, l.order_line_id, l.product_key, l.product_durable_key,
    -l.quantity, case when kind = 'gift_card' then -l.face_minor else -l.goods_minor end, l.refunded_at, l.currency, 0
  from refund_lines as l
  union all
  -- the discount that it sold at, and whatever else of its worth was not paid back
  select 'gift_card_refund_discount', 'refund_line', l.refund_line_id, l.order_id, l.order_id, l.order_line_id,
    l.product_key, l.product_durable_key, 0, l.face_minor - l.goods_minor, l.refunded_at, l.currency, 0
  from refund_lines as l
  where kind = 'gift_card' and l.face_minor <> l.goods_minor
  union all
  select 'refund_tax', 'refund_line', l.refund_line_id, l.order_id, l.order_id, l.order_line_id, l.product_key,
    l.product_durable_key, 0, -l.tax_minor, l.refunded_at, l.currency, 0
  from refund_lines as l
  where l.tax_minor <> 0
  union all
  select 'refund_shipping', 'refund', refund_id, order_id, order_id, null, -2, -2,
    0, -shipping_minor, refunded_at, currency, 0
  from refunds where shipping_minor <> 0
  union all
  select 'refund_tax', 'refund', refund_id, order_id, order_id, null, -2, -2,
    0, -shipping_tax_minor, refunded_at, currency, 0
  from refunds where shipping_tax_minor <> 0
  union all
  -- whatever the parts leave: cash without goods, so that the parts of a refund always add up to it
  select 'refund_cash', 'refund', refund_id, order_id, order_id, null, -2, -2,
    0, -(amount_minor - shipping_minor - shipping_tax_minor - lines_minor), refunded_at, currency, 0
  from refunds where amount_minor - shipping_minor - shipping_tax_minor - lines_minor <> 0
  union all
  select 'refund_fx', 'refund', refund_id, order_id, order_id, null, -2, -2, 0, 0, refunded_at, currency, amount_minor
  from refunds where amount_minor <> 0
  union all
  -- what a dispute took or gave back, in the currency in which the processor did so
  select event_type, 'chargeback', {{ hash_key('chargeback_ref') }}, order_id, order_id, null, -2, -2,
    0, amount_minor, event_at, currency, 0
  from {{ ref('int_order_chargebacks') }}
),

-- what all rows of a group share, looked up once for each and not for each of its rows: the customer's version and the rate
told as (
  select
    groups.*,
    {{ business_date('placed_at') }} as order_date
  from (
    select order_id as event_group_id, source_system, customer_id, channel, country, currency, is_test, placed_at
    from orders
    union all
    select distinct event_group_id, source_system, customer_id, channel, 'Unknown', currency, false, cancelled_at
    from cancelled where order_id is null
  ) as groups
),

headers as (
  select
    t.*,
    x.rate as fx_rate,
    coalesce(cu.customer_key, -1) as customer_key,
    coalesce(cu.customer_durable_key, -1) as customer_durable_key,
    coalesce(cu.person_key, -1) as person_key
  from told as t
  {{ asof_join(ref('fx_rate'), 'x', 'x.currency = t.currency', 't.order_date') }}
  {{ asof_join(ref('dim_customer'), 'cu', 'cu.customer_id = t.customer_id', 't.placed_at') }}
),

-- the currency of a row where it is not the order's, and that of a refund, whose own day counts: few rows have either
dated as (
  select
    e.*,
    h.source_system,
    h.customer_key,
    h.customer_durable_key,
    h.person_key,
    h.channel,
    h.country,
    coalesce(e.currency, h.currency) as row_currency,
    case when e.currency <> h.currency then e.currency end as other_currency,
    case when e.event_type = 'refund_fx' then coalesce(e.currency, h.currency) end as refund_currency,
    h.fx_rate as order_rate,
    h.is_test,
    {{ business_date('e.event_at') }} as event_date,
    h.order_date
  from events as e
  join headers as h on h.event_group_id = e.event_group_id
),

rated as (
  select
    d.*,
    case when d.other_currency is null then d.order_rate else x.rate end as fx_rate,
    y.rate as refund_rate
  from dated as d
  left join {{ ref('fx_rate') }} as x
    on x.currency = d.other_currency and d.order_date >= x.valid_from and d.order_date < x.valid_to
  left join {{ ref('fx_rate') }} as y
    on y.currency = d.refund_currency and d.event_date >= y.valid_from and d.event_date < y.valid_to
),

-- All of an order counts at the rate of its day. What a refund was worth more or less on its own day is a row of its own.
valued as (
  select
    d.*,
    case
      when d.event_type = 'refund_fx' then {{ in_reporting('d.refunded_minor', 'd.fx_rate') }}
        - {{ in_reporting('d.refunded_minor', 'd.refund_rate') }}
      else {{ in_reporting('d.amount_minor', 'd.fx_rate') }}
    end as reporting_minor
  from rated as d
)

select
  {{ hash_key('e.event_type', 'e.source_kind', 'e.source_id') }} as order_event_key,
  e.source_system,
  e.event_type,
  e.event_group_id,
  case when e.order_id is null then -2 else {{ hash_key('e.order_id') }} end as order_key,
  e.order_id,
  case when e.order_line_id is null then -2 else {{ hash_key('e.order_line_id') }} end as order_line_key,
  e.customer_key,
  e.customer_durable_key,
  e.person_key,
  e.product_key,
  e.product_durable_key,
  e.channel,
  e.country,
  e.row_currency as currency,
  e.is_test,
  cast(e.quantity as bigint) as quantity,
  cast(e.amount_minor as bigint) as amount_minor,
  e.fx_rate,
  e.reporting_minor,
  e.event_at,
  e.event_date,
  e.order_date
from valued as e
where e.event_type <> 'refund_fx' or e.reporting_minor <> 0
