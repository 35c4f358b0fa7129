-- finance: What do we still owe on gift cards?
-- Sold and not yet redeemed or cancelled: a liability, no revenue. The newest day of each currency is what is owed now.
with ranked as (
  select move_date, currency, outstanding_minor,
    row_number() over (partition by currency order by move_date desc) as nth
  from marts.agg_gift_cards_daily
),

moves as (
  select currency, sum(sold_minor) as sold_minor, sum(redeemed_minor) as redeemed_minor,
    sum(cancelled_minor) as cancelled_minor
  from marts.agg_gift_cards_daily
  group by currency
)

select m.currency, m.sold_minor, m.redeemed_minor, m.cancelled_minor, r.outstanding_minor, r.move_date as since
from moves as m
join ranked as r on r.currency = m.currency and r.nth = 1
order by m.currency
