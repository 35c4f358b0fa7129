import type { Fault } from './fault.ts';

/** Faults in when something counts, in what it was sold as, and in what is left standing. */
export const faultsOfDays: readonly Fault[] = [
  {
    name: 'sales that count forty days later, by time and day',
    plant: [
      "update marts.fct_order_events set event_at = event_at + interval 40 day, event_date = event_date + 40 where order_id = 1 and event_type = 'sale'",
    ],
    red: ['agg_finance_daily.equals_events', 'assert_r8_sales_are_at_their_time'],
  },
  {
    name: 'an event on another day than its time',
    plant: [
      "update marts.fct_order_events set event_date = event_date + 1 where order_id = 1 and event_type = 'tax'",
    ],
    red: ['agg_finance_daily.equals_events', 'fct_order_events.day_is_of_the_time'],
  },
  {
    name: 'a payment on another day than its time',
    plant: [
      "update marts.fct_payments set payment_date = payment_date + 1 where order_id = 1 and kind = 'capture'",
    ],
    red: ['fct_payments.day_is_of_the_time'],
  },
  {
    name: 'a ticket on another day than its time',
    plant: ['update marts.fct_support_tickets set created_date = created_date + 1 where ticket_id = 501'],
    red: ['agg_support_moves_daily.equals_tickets', 'fct_support_tickets.days_are_of_the_times'],
  },
  {
    name: 'cancellations a minute later',
    plant: [
      "update marts.fct_order_events set event_at = event_at + interval 1 minute where event_type in ('cancellation', 'void')",
    ],
    red: ['assert_r8_cancellations_equal_staging'],
  },
  {
    name: 'lines that found no product',
    plant: ['update marts.fct_order_lines set product_key = -1, product_durable_key = -1 where order_id = 1'],
    red: ['assert_keys_are_of_their_ids'],
  },
  {
    name: 'events that found no product',
    plant: [
      'update marts.fct_order_events set product_key = -1, product_durable_key = -1 where order_id = 1 and order_line_key <> -2',
    ],
    red: ['assert_keys_are_of_their_ids'],
  },
  {
    name: 'an order called cancelled of which nothing was taken back',
    plant: [
      "update marts.fct_orders set order_status = 'cancelled' where ordered_quantity - cancelled_quantity - refunded_unshipped_quantity - shipped_quantity > 0",
    ],
    red: [
      'assert_cancelled_orders_are_taken_back',
      'assert_cancelled_orders_say_when',
      'assert_orders_are_as_their_source_says',
      'fct_orders.closed_when_nothing_is_due',
    ],
  },
  {
    name: 'a dispute whose order is not there',
    plant: ["update marts.fct_payments set order_id = 999999, order_key = -1 where kind = 'dispute'"],
    red: ['assert_chargebacks_are_in_events'],
  },
  {
    name: 'a discount above the price',
    plant: [
      'update marts.fct_order_lines set discount_minor = gross_minor + 1, net_minor = -1 - cancelled_minor - refunded_minor where order_id = 1',
    ],
    red: [
      'assert_discount_and_tax_are_in_events',
      'assert_facts_point_at_the_version_of_their_time',
      'assert_orders_equal_their_parts',
      'assert_r8_lines_equal_staging',
      'fct_order_lines.discount_is_within_gross',
    ],
  },
  {
    name: 'a line of a refund that is not there',
    plant: [
      'insert into staging.stg_shop__refund_lines__state select * replace (refund_line_id + 900000 as refund_line_id, 999999 as refund_id) from staging.stg_shop__refund_lines__state limit 1',
    ],
    red: ['assert_parts_have_a_whole'],
  },
  {
    name: 'days without a rate',
    plant: ["update marts.fx_rate set valid_from = valid_from + 1 where currency = 'JPY'"],
    red: ['assert_fx_rate_covers_every_day', 'assert_fx_rates_are_as_quoted'],
  },
];
