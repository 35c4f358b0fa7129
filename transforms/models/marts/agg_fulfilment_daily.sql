-- Orders by the business day on which their last parcel left, fulfilled and partly fulfilled apart. Minutes are sums with
-- their counts, so that averages of any period add up.
with orders as (
  select
    last_shipped_date,
    channel,
    country,
    currency,
    is_fulfilled,
    is_partly_fulfilled,
    shipped_quantity,
    case when is_fulfilled and first_shipped_at >= placed_at
      then {{ date_diff('minute', 'placed_at', 'first_shipped_at') }} end as minutes_to_ship,
    case when is_fulfilled and delivered_at >= first_shipped_at
      then {{ date_diff('minute', 'first_shipped_at', 'delivered_at') }} end as minutes_to_deliver
  from {{ ref('fct_orders') }}
  where not is_test and (is_fulfilled or is_partly_fulfilled) and last_shipped_date is not null
    and {{ touched('last_shipped_date') }}
)

select
  {{ hash_key(key_text('last_shipped_date', 'date'), 'channel', 'country', 'currency') }} as fulfilment_day_key,
  last_shipped_date,
  channel,
  country,
  currency,
  cast(sum(case when is_fulfilled then 1 else 0 end) as bigint) as fulfilled_orders,
  cast(sum(case when is_partly_fulfilled then 1 else 0 end) as bigint) as partly_fulfilled_orders,
  cast(sum(shipped_quantity) as bigint) as shipped_units,
  cast(count(minutes_to_ship) as bigint) as timed_orders,
  cast(coalesce(sum(minutes_to_ship), 0) as bigint) as minutes_to_ship,
  cast(count(minutes_to_deliver) as bigint) as delivered_orders,
  cast(coalesce(sum(minutes_to_deliver), 0) as bigint) as minutes_to_deliver
from orders
group by last_shipped_date, channel, country, currency
