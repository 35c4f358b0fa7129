import type { Fault } from './fault.ts';

const another = (column: string): string =>
  `(select ${column} from marts.dim_customer where customer_id = 3 and is_current)`;

/** Faults between what is staged and the facts, between facts that tell of one order, and within one row. */
export const faultsOfFacts: readonly Fault[] = [
  {
    name: 'a lost shipment',
    plant: ['delete from marts.fct_shipments where shipment_id = 101'],
    red: [
      'agg_carrier_daily.equals_shipments',
      'assert_orders_equal_their_parts',
      'assert_r8_shipments_equal_staging',
    ],
  },
  {
    name: 'a shipment of twice as many units',
    plant: ['update marts.fct_shipments set quantity = quantity * 2 where shipment_id = 101'],
    red: ['agg_carrier_daily.equals_shipments', 'assert_r8_shipments_equal_staging'],
  },
  {
    name: 'a late shipment told as in time, and the other way round',
    plant: ['update marts.fct_shipments set is_late = not is_late'],
    red: ['agg_carrier_daily.equals_shipments', 'fct_shipments.lateness_is_of_the_times'],
  },
  {
    name: 'a shipment that was promised for another time, and one that took longer than it did',
    plant: [
      'update marts.fct_shipments set promised_at = promised_at + interval 1 minute where shipment_id = 101',
      'update marts.fct_shipments set hours_to_deliver = hours_to_deliver + 1 where shipment_id = 101',
    ],
    red: ['assert_r8_shipments_equal_staging', 'fct_shipments.lag_and_day_are_of_the_times'],
  },
  {
    name: 'lost cancellations after capture',
    plant: ["delete from marts.fct_order_events where event_type = 'cancellation'"],
    red: ['agg_finance_daily.equals_events', 'assert_r8_cancellations_equal_staging'],
  },
  {
    name: 'lost chargebacks',
    plant: ["delete from marts.fct_order_events where event_type in ('chargeback', 'chargeback_reversal')"],
    red: ['agg_finance_daily.equals_events', 'assert_chargebacks_are_in_events'],
  },
  {
    name: 'lost payments of one means',
    plant: ["delete from marts.fct_payments where method = 'paypal'"],
    red: ['assert_r8_payments_equal_staging'],
  },
  {
    name: 'lost payments by gift card',
    plant: ["delete from marts.fct_payments where method = 'gift_card'"],
    red: ['agg_gift_card_moves_daily.equals_facts', 'assert_r8_payments_equal_staging'],
  },
  {
    name: 'a payment that moved nothing',
    plant: ["update marts.fct_payments set cash_minor = 0 where method = 'gift_card'"],
    red: ['agg_gift_card_moves_daily.equals_facts', 'assert_r8_payments_equal_staging'],
  },
  {
    name: 'lost payouts',
    plant: ['delete from marts.fct_payouts'],
    red: ['fct_payouts.fresh_created_at', 'fct_payouts.r8_payouts_equal_staging'],
  },
  {
    name: 'a lost ticket',
    plant: ['delete from marts.fct_support_tickets where ticket_id = 503'],
    red: ['agg_support_moves_daily.equals_tickets', 'fct_support_tickets.no_fan_out_of_tickets'],
  },
  {
    name: 'a lost customer',
    plant: ['delete from marts.dim_customer where customer_id = 5'],
    red: [
      'assert_r8_dimensions_equal_staging',
      'dim_customer.r8_customers_equal_staging',
      'fct_order_events.relationships_customer_key_dim_customer',
      'fct_order_lines.relationships_customer_key_dim_customer',
      'fct_orders.relationships_customer_key_dim_customer',
      'fct_payments.relationships_customer_key_dim_customer',
      'fct_support_tickets.relationships_customer_key_dim_customer',
    ],
  },
  {
    name: 'lines that have lost their order',
    plant: ['update marts.fct_order_lines set order_key = -1 where order_id = 1'],
    red: [
      'assert_discount_and_tax_are_in_events',
      'assert_keys_are_of_their_ids',
      'assert_r8_events_equal_lines',
    ],
  },
  {
    name: 'an order of another customer',
    plant: [
      `update marts.fct_orders set customer_key = ${another('customer_key')}, customer_durable_key = ${another('customer_durable_key')}, person_key = ${another('person_key')} where order_id = 2`,
    ],
    red: ['assert_keys_are_of_their_ids', 'assert_orders_are_as_their_source_says'],
  },
  {
    name: 'events of another customer',
    plant: [
      `update marts.fct_order_events set customer_key = ${another('customer_key')}, customer_durable_key = ${another('customer_durable_key')}, person_key = ${another('person_key')} where order_id = 2`,
    ],
    red: ['assert_keys_are_of_their_ids'],
  },
  {
    name: 'payments of another person',
    plant: [`update marts.fct_payments set person_key = ${another('person_key')} where order_id = 2`],
    red: ['assert_keys_are_of_their_ids'],
  },
  {
    name: 'a ticket of another person',
    plant: [
      `update marts.fct_support_tickets set person_key = ${another('person_key')} where ticket_id = 502`,
    ],
    red: ['assert_keys_are_of_their_ids'],
  },
  {
    name: 'a line of another product',
    plant: [
      'update marts.fct_order_lines as l set product_key = p.product_key, product_durable_key = p.product_durable_key from marts.dim_product as p where p.product_id = 2 and l.order_line_id = 101',
    ],
    red: ['assert_keys_are_of_their_ids'],
  },
  {
    name: 'an overwritten net of a line',
    plant: ['update marts.fct_order_lines set net_minor = net_minor + 1 where order_line_id = 101'],
    red: ['fct_order_lines.net_is_what_is_left'],
  },
  {
    name: 'an overwritten refund of a line',
    plant: [
      'update marts.fct_order_lines set refunded_minor = refunded_minor + 100, net_minor = net_minor - 100 where order_line_id = 101',
    ],
    red: ['assert_facts_point_at_the_version_of_their_time', 'assert_lines_equal_their_parts'],
  },
  {
    name: 'an overwritten refund of a line at Shopify',
    plant: [
      "update marts.fct_order_lines set refunded_quantity = 0 where source_system = 'shopify' and line_no = 2",
    ],
    red: ['assert_shopify_lines_equal_their_parts'],
  },
  {
    name: 'more refunded of a line at Shopify than its refunds say',
    plant: [
      "update marts.fct_order_lines set refunded_quantity = refunded_quantity + 1 where source_system = 'shopify' and line_no = 1",
    ],
    red: ['assert_shopify_lines_equal_their_parts'],
  },
  {
    name: 'more cancelled of a line at Shopify than its versions say',
    plant: [
      "update marts.fct_order_lines set cancelled_minor = cancelled_minor + 1, net_minor = net_minor - 1 where source_system = 'shopify' and line_no = 1",
    ],
    red: ['assert_shopify_lines_equal_their_parts'],
  },
  {
    name: 'a cancellation at Shopify that nobody made',
    plant: [
      `insert into marts.fct_order_events select * replace (
         order_event_key + 1 as order_event_key, 'void' as event_type, -quantity as quantity, -amount_minor as amount_minor)
       from marts.fct_order_events where source_system = 'shopify' and event_type = 'sale'`,
    ],
    red: [
      'agg_finance_daily.equals_events',
      'assert_events_are_at_the_rate_of_their_day',
      'assert_shopify_lines_equal_their_parts',
      'assert_tax_of_cancelled_units_is_taken_back',
    ],
  },
  {
    name: 'the tax of a cancellation lost',
    plant: ["delete from marts.fct_order_events where event_type = 'cancellation_tax'"],
    red: ['agg_finance_daily.equals_events', 'assert_tax_of_cancelled_units_is_taken_back'],
  },
  {
    name: 'the tax of a cancellation before capture a unit off',
    plant: [
      "update marts.fct_order_events set amount_minor = amount_minor + 1 where event_type = 'void_tax'",
    ],
    red: [
      'agg_finance_daily.equals_events',
      'assert_events_are_at_the_rate_of_their_day',
      'assert_tax_of_cancelled_units_is_taken_back',
    ],
  },
  {
    name: 'an overwritten commission',
    plant: ['update marts.fct_order_lines set commission_minor = 0 where order_line_id = 101'],
    red: ['assert_facts_point_at_the_version_of_their_time'],
  },
  {
    name: 'an overwritten discount of a line',
    plant: [
      'update marts.fct_order_lines set discount_minor = discount_minor + 1, net_minor = net_minor - 1 where order_line_id = 101',
    ],
    red: [
      'assert_discount_and_tax_are_in_events',
      'assert_orders_equal_their_parts',
      'assert_r8_lines_equal_staging',
    ],
  },
  {
    name: 'an overwritten amount of an order',
    plant: ['update marts.fct_orders set gross_minor = gross_minor + 1 where order_id = 1'],
    red: ['assert_orders_equal_their_parts'],
  },
  {
    name: 'an overwritten payment of an order',
    plant: ['update marts.fct_orders set paid_minor = paid_minor + 1 where order_id = 1'],
    red: ['assert_orders_equal_their_parts'],
  },
  {
    name: 'an order that was never sent',
    plant: ['update marts.fct_orders set is_fulfilled = false where order_id = 1'],
    red: ['agg_fulfilment_daily.equals_orders', 'fct_orders.status_is_of_the_amounts'],
  },
  {
    name: 'an order that was sent and is still waited for',
    plant: ['update marts.fct_orders set closed_date = null where order_id = 1'],
    red: ['agg_backlog_moves_daily.equals_orders', 'fct_orders.closed_when_nothing_is_due'],
  },
  {
    name: 'an order that was done with before it was placed',
    plant: ['update marts.fct_orders set closed_date = order_date - 1 where order_id = 1'],
    red: ['agg_backlog_moves_daily.equals_orders', 'fct_orders.closed_when_nothing_is_due'],
  },
  {
    name: 'a wrong exchange rate',
    plant: ["update marts.fx_rate set rate = rate * 1.1 where currency = 'EUR'"],
    red: ['assert_events_are_at_the_rate_of_their_day', 'assert_fx_rates_are_as_quoted'],
  },
  {
    name: 'an event at another rate than that of its day',
    plant: [
      'update marts.fct_order_events set fx_rate = fx_rate * 1.1, reporting_minor = round(reporting_minor * 1.1) where order_id = 5',
    ],
    red: ['agg_finance_daily.equals_events', 'assert_events_are_at_the_rate_of_their_day'],
  },
];
