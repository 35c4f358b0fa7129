-- The finance fact by business day, signed as there: what the dashboards of every morning ask for. Test orders are left
-- out, as in every metric.
with events as (
  select
    event_date,
    channel,
    country,
    currency,
    order_key,
    event_type,
    quantity,
    amount_minor,
    reporting_minor
  from {{ ref('fct_order_events') }}
  where not is_test and {{ touched('event_date') }}
),

days as (
  select
    event_date,
    channel,
    country,
    currency,
    count(distinct case when event_type = 'sale' then order_key end) as sold_orders,
    sum(case when event_type = 'sale' then quantity else 0 end) as sold_units,
    sum(case when event_type in ('void', 'cancellation') then quantity else 0 end) as cancelled_units,
    sum(case when event_type = 'refund' then quantity else 0 end) as returned_units,
    sum(case when event_type = 'sale' then amount_minor else 0 end) as gmv_minor,
    sum(case when event_type in ('sale', 'void') then amount_minor else 0 end) as gross_sales_minor,
    sum(case when event_type in {{ events_of('discount') }} then amount_minor else 0 end)
      as discount_minor,
    sum(case when event_type = 'cancellation' then amount_minor else 0 end) as cancellation_minor,
    sum(case when event_type = 'refund' then amount_minor else 0 end) as return_minor,
    sum(case when event_type in {{ events_of('tax') }} then amount_minor else 0 end) as tax_minor,
    sum(case when event_type in {{ events_of('shipping') }} then amount_minor else 0 end) as shipping_minor,
    sum(case when event_type in {{ events_of('duty') }} then amount_minor else 0 end) as duty_minor,
    sum(case when event_type in {{ events_of('refunded') }} then amount_minor else 0 end) as refund_minor,
    sum(case when event_type = 'refund_cash' then amount_minor else 0 end) as refund_cash_minor,
    sum(case when event_type in {{ events_of('gift_card') }} then amount_minor else 0 end) as gift_card_minor,
    sum(case when event_type in {{ events_of('gift_card_discount') }} then amount_minor else 0 end)
      as gift_card_discount_minor,
    sum(case when event_type in ('chargeback', 'chargeback_reversal') then amount_minor else 0 end)
      as chargeback_minor,
    sum(amount_minor) as all_events_minor,
    sum(case when event_type = 'sale' then reporting_minor else 0 end) as reporting_gmv_minor,
    sum(case when event_type in {{ events_of('net_revenue') }} then reporting_minor else 0 end)
      as reporting_net_revenue_minor,
    sum(case when event_type in {{ events_of('total_sales') }} then reporting_minor else 0 end)
      as reporting_total_sales_minor,
    sum(case when event_type in {{ events_of('refunded') }} then reporting_minor else 0 end)
      as reporting_refund_minor,
    sum(case when event_type = 'refund_fx' then reporting_minor else 0 end) as reporting_fx_minor,
    sum(case when reporting_minor is null then 1 else 0 end) as unrated_events
  from events
  group by event_date, channel, country, currency
)

select
  {{ hash_key(key_text('event_date', 'date'), 'channel', 'country', 'currency') }} as finance_day_key,
  event_date,
  channel,
  country,
  currency,
  cast(sold_orders as bigint) as sold_orders,
  cast(sold_units as bigint) as sold_units,
  cast(cancelled_units as bigint) as cancelled_units,
  cast(returned_units as bigint) as returned_units,
  cast(gmv_minor as bigint) as gmv_minor,
  cast(gross_sales_minor as bigint) as gross_sales_minor,
  cast(discount_minor as bigint) as discount_minor,
  cast(cancellation_minor as bigint) as cancellation_minor,
  cast(return_minor as bigint) as return_minor,
  cast(gross_sales_minor + discount_minor + cancellation_minor + return_minor as bigint) as net_revenue_minor,
  cast(tax_minor as bigint) as tax_minor,
  cast(shipping_minor as bigint) as shipping_minor,
  cast(duty_minor as bigint) as duty_minor,
  cast(
    gross_sales_minor + discount_minor + cancellation_minor + return_minor + tax_minor + shipping_minor + duty_minor
    as bigint
  ) as total_sales_minor,
  cast(refund_minor as bigint) as refund_minor,
  cast(refund_cash_minor as bigint) as refund_cash_minor,
  cast(gift_card_minor as bigint) as gift_card_minor,
  cast(gift_card_discount_minor as bigint) as gift_card_discount_minor,
  cast(chargeback_minor as bigint) as chargeback_minor,
  cast(all_events_minor as bigint) as all_events_minor,
  -- at the rates that are known; unrated_events says how many events lack one
  cast(coalesce(reporting_gmv_minor, 0) as bigint) as reporting_gmv_minor,
  cast(coalesce(reporting_net_revenue_minor, 0) as bigint) as reporting_net_revenue_minor,
  cast(coalesce(reporting_total_sales_minor, 0) as bigint) as reporting_total_sales_minor,
  cast(coalesce(reporting_refund_minor, 0) as bigint) as reporting_refund_minor,
  cast(coalesce(reporting_fx_minor, 0) as bigint) as reporting_fx_minor,
  cast(unrated_events as bigint) as unrated_events
from days
