-- R7: the bridge from what the shop sold to what Stripe captured, order by order, every term a column: what was sold, less
-- what was cancelled before the money was taken, less what was paid by other means or never taken, is the charge. Listed
-- are orders that it does not explain. Orders that only Shopify has are paid there.
{{ config(severity='warn', meta={'compares_by': 'compared_at'}) }}
{% set later = [
  'cancellation', 'cancellation_discount', 'cancellation_tax', 'cancellation_shipping', 'refund', 'gift_card_refund',
  'gift_card_refund_discount', 'refund_tax', 'refund_shipping', 'refund_fee', 'refund_adjustment', 'refund_cash',
  'refund_fx', 'chargeback', 'chargeback_reversal',
] %}
{% set voids = ('void', 'void_discount', 'void_tax', 'void_shipping') %}
{% set cards_back = ('gift_card_cancellation', 'gift_card_cancellation_discount') %}
with orders as (
  select order_id, currency, is_test, placed_at
  from {{ ref('fct_orders') }}
  where source_system = 'shop' and {{ is_compared('placed_at', 'assert_r7_sales_bridge_to_charges') }}
),

payments as (
  select
    order_id,
    min(case when source_system = 'shop' and kind = 'capture' then created_at end) as captured_at,
    max(created_at) as last_at,
    sum(case when source_system = 'shop' and kind = 'capture' and method = 'gift_card' then amount_minor else 0 end)
      as by_gift_card_minor,
    sum(case
      when source_system = 'shop' and kind = 'capture' and method <> 'gift_card' and method not in {{ stripe_methods() }}
        then amount_minor
      else 0
    end) as by_other_means_minor,
    sum(case
      when source_system = 'shop' and kind = 'capture' and is_test and processor_charge_id is null
        and method in {{ stripe_methods() }} then amount_minor
      else 0
    end) as test_minor,
    sum(case when kind = 'capture' then coalesce(processor_minor, 0) else 0 end) as stripe_minor
  from {{ ref('fct_payments') }}
  where kind in ('authorisation', 'capture')
    and status = 'succeeded'
    and order_id in (select order_id from orders)
  group by order_id
),

-- what counts before the money was taken; cancelled gift cards and lines that are no goods do not say when it was
events as (
  select
    e.order_id,
    e.order_line_key,
    e.event_type,
    e.event_type in {{ voids + cards_back }} or e.quantity < 0 as is_taken_off,
    e.quantity,
    e.amount_minor,
    e.event_at
  from {{ ref('fct_order_events') }} as e
  join orders as o on o.order_id = e.order_id
  left join payments as p on p.order_id = e.order_id
  where e.event_type not in ({% for type in later %}'{{ type }}'{% if not loop.last %}, {% endif %}{% endfor %})
    and (
      e.event_type in {{ voids }}
      or not (e.event_type in {{ cards_back }} or e.quantity < 0)
      or p.captured_at is null
      or e.event_at < p.captured_at
    )
),

sold as (
  select
    order_id,
    sum(case when event_type = 'sale' then amount_minor else 0 end) as goods_minor,
    sum(case when event_type = 'discount' then amount_minor else 0 end) as discount_minor,
    sum(case when event_type = 'tax' then amount_minor else 0 end) as tax_minor,
    sum(case when event_type = 'shipping' then amount_minor else 0 end) as shipping_minor,
    sum(case when event_type in ('gift_card_sale', 'gift_card_discount') then amount_minor else 0 end)
      as gift_cards_sold_minor,
    sum(case
      when event_type in ('sale', 'discount', 'tax', 'shipping', 'gift_card_sale', 'gift_card_discount') then 0
      else amount_minor
    end) as other_lines_minor
  from events
  where not is_taken_off
  group by order_id
),

taken_off as (
  select
    order_id,
    order_line_key,
    -sum(quantity) as quantity,
    sum(amount_minor) as amount_minor,
    count(case when quantity <> 0 then 1 end) as row_count,
    max(event_at) as last_at
  from events
  where is_taken_off and event_type not in ('void_tax', 'void_shipping')
  group by order_id, order_line_key
),

-- tax of the units that were taken off, and the shipping of an order of which nothing was left
taken_besides as (
  select
    order_id,
    sum(case when event_type = 'void_tax' then amount_minor else 0 end) as tax_minor,
    sum(case when event_type = 'void_shipping' then amount_minor else 0 end) as shipping_minor
  from events
  where event_type in ('void_tax', 'void_shipping')
  group by order_id
),

-- The shop does not ask for the share of the line that the units taken off had. Its whole amounts and those of the
-- cancellations may part by one for each of these; by more where they were cancelled at another price.
shares as (
  select
    t.*,
    coalesce({{ safe_divide('(l.gross_minor - l.discount_minor) * t.quantity', 'l.quantity', 0) }}, 0) as share_minor
  from taken_off as t
  join (
    select order_line_key, gross_minor, discount_minor, quantity from {{ ref('fct_order_lines') }}
    where order_id in (select order_id from taken_off)
      and placed_at >= (select min(placed_at) from orders)
  ) as l on l.order_line_key = t.order_line_key
),

voided as (
  select
    order_id,
    sum(amount_minor) as voided_minor,
    sum(case when abs(amount_minor + share_minor) > row_count then -amount_minor - share_minor else 0 end)
      as price_change_minor,
    sum(case when abs(amount_minor + share_minor) > row_count then 0 else -amount_minor - share_minor end)
      as rounding_minor,
    max(last_at) as last_at
  from shares
  group by order_id
),

terms as (
  select
    o.order_id,
    o.currency,
    o.placed_at as compared_at,
    coalesce(s.goods_minor, 0) as goods_minor,
    coalesce(s.discount_minor, 0) as discount_minor,
    coalesce(s.tax_minor, 0) as tax_minor,
    coalesce(s.shipping_minor, 0) as shipping_minor,
    coalesce(s.gift_cards_sold_minor, 0) as gift_cards_sold_minor,
    coalesce(s.other_lines_minor, 0) as other_lines_minor,
    coalesce(v.voided_minor, 0) as voided_minor,
    coalesce(b.tax_minor, 0) as voided_tax_minor,
    coalesce(b.shipping_minor, 0) as voided_shipping_minor,
    coalesce(v.price_change_minor, 0) as price_change_minor,
    coalesce(v.rounding_minor, 0) as rounding_minor,
    -coalesce(p.by_gift_card_minor, 0) as by_gift_card_minor,
    -coalesce(p.by_other_means_minor, 0) as by_other_means_minor,
    -coalesce(p.test_minor, 0) as test_minor,
    coalesce(p.stripe_minor, 0) as stripe_minor,
    p.captured_at
  from orders as o
  left join sold as s on s.order_id = o.order_id
  left join voided as v on v.order_id = o.order_id
  left join taken_besides as b on b.order_id = o.order_id
  left join payments as p on p.order_id = o.order_id
  where {{ is_settled(greatest_ignore_nulls('o.placed_at', 'p.last_at', 'v.last_at'), ['shop', 'stripe']) }}
),

due as (
  select
    terms.*,
    goods_minor + discount_minor + tax_minor + shipping_minor + gift_cards_sold_minor + other_lines_minor + voided_minor
      + voided_tax_minor + voided_shipping_minor + price_change_minor + rounding_minor as due_minor
  from terms
),

bridge as (
  select
    order_id,
    currency,
    compared_at,
    goods_minor,
    discount_minor,
    tax_minor,
    shipping_minor,
    gift_cards_sold_minor,
    other_lines_minor,
    voided_minor,
    voided_tax_minor,
    voided_shipping_minor,
    price_change_minor,
    rounding_minor,
    by_gift_card_minor,
    by_other_means_minor,
    test_minor,
    case when captured_at is null then -due_minor else 0 end as uncaptured_minor,
    stripe_minor,
    case when captured_at is null then 0 else due_minor end + by_gift_card_minor + by_other_means_minor + test_minor
      - stripe_minor as difference_minor
  from due
)

select * from bridge where difference_minor <> 0
