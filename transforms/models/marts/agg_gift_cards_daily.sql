-- Gift cards by business day with the balance at its end: what is owed to the holders. A change of a past day changes the
-- balance of every later one, so that a currency is made anew whole, of its few daily moves.
select
  gift_card_day_key,
  {{ hash_key('currency') }} as balance_key,
  move_date,
  currency,
  sold_minor,
  cancelled_minor,
  redeemed_minor,
  cast(
    sum(sold_minor - cancelled_minor - redeemed_minor) over (
      partition by currency order by move_date rows unbounded preceding
    ) as bigint
  ) as outstanding_minor
from {{ ref('agg_gift_card_moves_daily') }}
where {{ touched(hash_key('currency')) }}
