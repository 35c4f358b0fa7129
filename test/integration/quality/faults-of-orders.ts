import type { Fault } from './fault.ts';

/** Faults in what orders are and what happened to them. */
export const faultsOfOrders: readonly Fault[] = [
  {
    name: 'a lost order',
    plant: ['delete from marts.fct_orders where order_id = 11'],
    red: [
      'agg_backlog_moves_daily.equals_orders',
      'assert_keys_are_of_their_ids',
      'assert_r8_orders_equal_staging',
      'fct_order_events.relationships_order_key_fct_orders',
      'fct_order_lines.relationships_order_key_fct_orders',
    ],
  },
  {
    name: 'lags, a status and times of orders that are none of theirs',
    plant: [
      'update marts.fct_orders set hours_to_ship = hours_to_ship + 1 where order_id = 1',
      'update marts.fct_orders set first_refund_at = first_refund_at + interval 1 minute where order_id = 2',
      'update marts.fct_orders set cancelled_at = cancelled_at + interval 1 minute where order_id = 4',
      "update marts.fct_orders set order_status = 'paid' where order_id = 11",
    ],
    red: [
      'assert_orders_are_as_their_source_says',
      'assert_orders_equal_their_parts',
      'fct_orders.lags_and_days_are_of_the_times',
    ],
  },
  {
    name: 'a doubled order',
    plant: ['insert into marts.fct_orders select * from marts.fct_orders where order_id = 1'],
    red: [
      'agg_backlog_moves_daily.equals_orders',
      'agg_fulfilment_daily.equals_orders',
      'assert_orders_equal_their_parts',
      'assert_r7_sales_bridge_to_charges',
      'assert_r8_orders_equal_staging',
      'fct_orders.unique_combination_of_columns_order_id',
      'fct_orders.unique_order_key',
    ],
  },
  {
    name: 'a refund with the wrong sign',
    plant: ["update marts.fct_order_events set amount_minor = -amount_minor where event_type = 'refund'"],
    red: [
      'agg_finance_daily.equals_events',
      'assert_events_are_at_the_rate_of_their_day',
      'assert_orders_equal_their_parts',
      'assert_r8_refund_lines_equal_staging',
      'assert_r8_refund_parts_equal_refunds',
      'assert_shopify_lines_equal_their_parts',
      'fct_order_events.sign_by_type',
    ],
  },
  {
    name: 'a sale on the day after',
    plant: [
      "update marts.fct_order_events set event_date = event_date + 1, order_date = order_date + 1 where order_id = 1 and event_type = 'sale'",
    ],
    red: [
      'agg_finance_daily.equals_events',
      'assert_r8_events_equal_lines',
      'fct_order_events.day_is_of_the_time',
    ],
  },
  {
    name: 'a fan-out: every line twice, under keys of their own',
    plant: [
      'insert into marts.fct_order_lines select * replace (order_line_key + 1 as order_line_key, order_line_id + 900000 as order_line_id) from marts.fct_order_lines',
    ],
    red: [
      'assert_discount_and_tax_are_in_events',
      'assert_lines_equal_their_parts',
      'assert_orders_equal_their_parts',
      'assert_r8_events_equal_lines',
      'assert_r8_lines_equal_staging',
      'assert_r8_shopify_lines_equal_staging',
      'assert_shopify_lines_equal_their_parts',
    ],
  },
  {
    name: 'a line of Shopify sold for more than its order says',
    plant: [
      `update marts.fct_order_lines set gross_minor = gross_minor + 1, net_minor = net_minor + 1
       where source_system = 'shopify' and line_no = 1`,
    ],
    red: [
      'assert_orders_equal_their_parts',
      'assert_r8_events_equal_lines',
      'assert_r8_shopify_lines_equal_staging',
    ],
  },
  {
    name: 'a line of Shopify with a discount that its order does not know',
    plant: [
      `update marts.fct_order_lines set discount_minor = discount_minor + 1, net_minor = net_minor - 1
       where source_system = 'shopify' and line_no = 1`,
    ],
    red: [
      'assert_discount_and_tax_are_in_events',
      'assert_orders_equal_their_parts',
      'assert_r8_shopify_lines_equal_staging',
    ],
  },
  {
    name: 'an event of an order that is not there',
    plant: ["update marts.fct_order_events set order_key = 7 where order_id = 1 and event_type = 'sale'"],
    red: ['assert_keys_are_of_their_ids', 'fct_order_events.relationships_order_key_fct_orders'],
  },
  {
    name: 'a line of an order that is not there',
    plant: ['update marts.fct_order_lines set order_key = 7 where order_line_id = 101'],
    red: ['assert_keys_are_of_their_ids', 'fct_order_lines.relationships_order_key_fct_orders'],
  },
  {
    name: 'a line without its key',
    plant: ['update marts.fct_order_lines set order_line_key = null where order_line_id = 101'],
    red: ['fct_order_lines.not_null_order_line_key'],
  },
  {
    name: 'an event of a kind that nobody knows',
    plant: [
      "update marts.fct_order_events set event_type = 'saled' where event_type = 'sale' and order_id = 1",
    ],
    red: [
      'agg_finance_daily.equals_events',
      'assert_r8_events_equal_lines',
      'fct_order_events.accepted_values_event_type',
    ],
  },
  {
    name: 'an amount that is a unit off',
    plant: [
      "update marts.fct_order_events set amount_minor = amount_minor + 1 where event_type = 'sale' and order_id = 1",
    ],
    red: [
      'agg_finance_daily.equals_events',
      'assert_events_are_at_the_rate_of_their_day',
      'assert_r7_sales_bridge_to_charges',
      'assert_r8_events_equal_lines',
    ],
  },
  {
    name: 'a lost part of a refund',
    plant: ["delete from marts.fct_order_events where event_type = 'refund_tax'"],
    red: [
      'agg_finance_daily.equals_events',
      'assert_orders_equal_their_parts',
      'assert_r8_refund_lines_equal_staging',
      'assert_r8_refund_parts_equal_refunds',
    ],
  },
  {
    name: 'a gift card counted as revenue',
    plant: ["update marts.fct_order_events set event_type = 'sale' where event_type = 'gift_card_sale'"],
    red: [
      'agg_finance_daily.equals_events',
      'agg_gift_card_moves_daily.equals_facts',
      'assert_r8_events_equal_lines',
    ],
  },
  {
    name: 'a test order counted',
    plant: [
      'update marts.fct_orders set is_test = false',
      'update marts.fct_order_events set is_test = false',
    ],
    red: [
      'agg_backlog_moves_daily.equals_orders',
      'agg_finance_daily.equals_events',
      'assert_facts_agree_with_their_order',
      'assert_orders_are_as_their_source_says',
    ],
  },
  {
    name: 'an amount in another currency than its order',
    plant: ["update marts.fct_order_events set currency = 'EUR' where order_id = 1 and event_type = 'tax'"],
    red: [
      'agg_finance_daily.equals_events',
      'assert_events_are_at_the_rate_of_their_day',
      'assert_facts_agree_with_their_order',
    ],
  },
  {
    name: 'a discount that was not allocated',
    plant: [
      "delete from marts.fct_order_events where event_type = 'discount' and order_line_key = (select order_line_key from marts.fct_order_lines where order_line_id = 102)",
    ],
    red: [
      'agg_finance_daily.equals_events',
      'assert_discount_and_tax_are_in_events',
      'assert_r7_sales_bridge_to_charges',
    ],
  },
  {
    name: 'a late row lost',
    plant: [
      'delete from marts.fct_order_lines where order_line_id = 901',
      'delete from marts.fct_order_events where order_id = 9',
    ],
    red: [
      'agg_finance_daily.equals_events',
      'assert_orders_equal_their_parts',
      'assert_r7_sales_bridge_to_charges',
      'assert_r8_lines_equal_staging',
    ],
  },
];
