-- finance: What is given back, month by month, and for what?
-- By the day of the refund, whatever the month of the sale: goods (gift cards and other lines too), their tax, shipping, and cash
-- without goods or for what had been cancelled.
-- The sum is what the refund transactions gave back, to the minor unit.
select
  cast(date_trunc('month', event_date) as date) as month,
  currency,
  -sum(case
    when event_type in (
      'refund', 'gift_card_refund', 'gift_card_refund_discount', 'refund_fee', 'refund_adjustment'
    ) then amount_minor
    else 0
  end) as goods_minor,
  -sum(case when event_type = 'refund_tax' then amount_minor else 0 end) as tax_minor,
  -sum(case when event_type = 'refund_shipping' then amount_minor else 0 end) as shipping_minor,
  -sum(case when event_type = 'refund_cash' then amount_minor else 0 end) as cash_minor,
  -sum(amount_minor) as refunded_minor
from marts.fct_order_events
where event_type in (
    'refund', 'gift_card_refund', 'gift_card_refund_discount', 'refund_tax', 'refund_shipping', 'refund_fee',
    'refund_adjustment', 'refund_cash'
  )
  and not is_test
group by 1, 2
order by 1, 2
