-- What gift cards were sold, cancelled and redeemed on a business day. Their balance is made of these few rows, so that
-- a late sale never means reading a fact again.
with moves as (
  select
    event_date as move_date,
    currency,
    case when event_type = 'gift_card_sale' then amount_minor else 0 end as sold_minor,
    case when event_type in ('gift_card_cancellation', 'gift_card_refund') then amount_minor else 0 end as cancelled_minor,
    0 as redeemed_minor
  from {{ ref('fct_order_events') }}
  where not is_test and event_type in ('gift_card_sale', 'gift_card_cancellation', 'gift_card_refund')
    and {{ touched('event_date') }}
  union all
  -- a refund to the gift card puts back what was redeemed
  select payment_date, currency, 0, 0, cash_minor
  from {{ ref('fct_payments') }}
  where not is_test and method = 'gift_card' and cash_minor <> 0 and {{ touched('payment_date') }}
)

select
  {{ hash_key(key_text('move_date', 'date'), 'currency') }} as gift_card_day_key,
  move_date,
  currency,
  cast(sum(sold_minor) as bigint) as sold_minor,
  cast(-sum(cancelled_minor) as bigint) as cancelled_minor,
  cast(sum(redeemed_minor) as bigint) as redeemed_minor
from moves
group by move_date, currency
