import type { Fault } from './fault.ts';

/** Faults between the shop and Stripe, in rates, tickets and what is added up of facts. */
export const faultsOfMoney: readonly Fault[] = [
  {
    name: 'a charge that is missing at Stripe',
    plant: [
      "update marts.fct_payments set processor_charge_id = null where order_id = 1 and kind = 'capture'",
    ],
    red: ['assert_r1_charges_have_payments'],
  },
  {
    name: 'a payment that is missing in the shop',
    plant: ["update marts.fct_payments set source_system = 'stripe' where order_id = 1 and kind = 'capture'"],
    red: [
      'assert_r1_charges_have_payments',
      'assert_r7_sales_bridge_to_charges',
      'assert_r8_payments_equal_staging',
    ],
  },
  {
    name: 'a capture that is a unit off',
    plant: [
      "update marts.fct_payments set amount_minor = amount_minor + 1, cash_minor = cash_minor + 1 where order_id = 1 and kind = 'capture'",
    ],
    red: ['assert_r2_captures_equal_charges', 'assert_r8_payments_equal_staging'],
  },
  {
    name: 'a movement told to another payout, and a payout on another day than its time',
    plant: [
      "update marts.fct_payments set payout_id = 'po_other' where balance_transaction_id = 'txn_ch_1' and net_minor is not null",
      'update marts.fct_payouts set arrival_date = arrival_date + 1 where payout_key = (select min(payout_key) from marts.fct_payouts)',
    ],
    red: ['assert_r6_balance_rolls_forward', 'fct_payouts.days_are_of_the_times'],
  },
  {
    name: 'a refund that won by a rate that did not change',
    plant: [
      "insert into marts.fct_order_events select * replace ('refund_fx' as event_type, order_event_key + 1 as order_event_key, 0 as quantity, 0 as amount_minor, 7 as reporting_minor) from marts.fct_order_events where order_id = 5 and event_type = 'sale'",
    ],
    red: ['agg_finance_daily.equals_events', 'assert_refund_fx_is_of_the_rates'],
  },
  {
    name: 'a charge of the same number of another currency',
    plant: [
      "update marts.fct_payments set processor_currency = 'EUR' where order_id = 1 and kind = 'capture'",
    ],
    red: ['assert_r2_captures_equal_charges'],
  },
  {
    name: 'a refund of another amount than at Stripe',
    plant: [
      "update marts.fct_payments set amount_minor = amount_minor + 1, cash_minor = cash_minor - 1 where order_id = 2 and kind = 'refund'",
    ],
    red: ['assert_r3_refunds_equal_refunds', 'assert_r8_payments_equal_staging'],
  },
  {
    name: 'a net that is not amount less fee',
    plant: [
      "update staging.stg_stripe__balance_transactions__state set net_minor = net_minor + 1 where balance_transaction_id = 'txn_ch_1'",
    ],
    red: [
      'agg_processor_moves_daily.equals_movements',
      'assert_r4_net_is_amount_less_fee',
      'assert_r6_balance_rolls_forward',
    ],
  },
  {
    name: 'a payout that is a unit off',
    plant: [
      'update marts.fct_payouts set amount_minor = amount_minor + 1, difference_minor = 1 where payout_key = (select min(payout_key) from marts.fct_payouts)',
    ],
    red: ['assert_r5_payouts_equal_transactions', 'fct_payouts.r8_payouts_equal_staging'],
  },
  {
    name: 'a lost balance transaction',
    plant: [
      "delete from staging.stg_stripe__balance_transactions__state where balance_transaction_id = 'txn_ch_6'",
    ],
    red: ['agg_processor_moves_daily.equals_movements', 'assert_r6_balance_rolls_forward'],
  },
  {
    name: 'a charge that is a unit off',
    plant: [
      "update marts.fct_payments set net_minor = net_minor + 1, processor_minor = processor_minor + 1 where order_id = 1 and kind = 'capture'",
    ],
    red: [
      'assert_r2_captures_equal_charges',
      'assert_r6_balance_rolls_forward',
      'assert_r7_sales_bridge_to_charges',
    ],
  },
  {
    name: 'a sale that was paid by other means than it says',
    plant: ["update marts.fct_payments set method = 'paypal' where order_id = 1 and kind = 'capture'"],
    red: ['assert_r7_sales_bridge_to_charges', 'assert_r8_payments_equal_staging'],
  },
  {
    name: 'a payment twice',
    plant: ["insert into marts.fct_payments select * from marts.fct_payments where payment_ref = 'shop:102'"],
    red: [
      'assert_fees_are_rows_of_their_own',
      'assert_r6_balance_rolls_forward',
      'assert_r7_sales_bridge_to_charges',
      'assert_r8_payments_equal_staging',
      'fct_payments.unique_payment_key',
    ],
  },
  {
    name: 'a payment of a kind that nobody knows',
    plant: ["update marts.fct_payments set kind = 'gift' where payment_ref = 'shop:502'"],
    red: ['assert_r8_payments_equal_staging', 'fct_payments.accepted_values_kind'],
  },
  {
    name: 'a currency without a rate',
    plant: ["delete from marts.fx_rate where currency = 'EUR'"],
    red: [
      'assert_events_are_at_the_rate_of_their_day',
      'assert_fx_rates_are_as_quoted',
      'assert_orders_are_in_known_currencies',
    ],
  },
  {
    name: 'an aggregate of finance that is a unit off',
    plant: [
      'update marts.agg_finance_daily set all_events_minor = all_events_minor + 1, net_revenue_minor = net_revenue_minor + 1 where event_date = (select min(event_date) from marts.agg_finance_daily)',
    ],
    red: ['agg_finance_daily.equals_events', 'agg_finance_daily.totals_are_their_parts'],
  },
  {
    name: 'an aggregate of fulfilment that lost a day',
    plant: [
      'delete from marts.agg_fulfilment_daily where last_shipped_date = (select min(last_shipped_date) from marts.agg_fulfilment_daily)',
    ],
    red: ['agg_fulfilment_daily.equals_orders'],
  },
  {
    name: 'a ticket about an order that is not there',
    plant: ['update marts.fct_support_tickets set order_key = -1 where ticket_id = 501'],
    red: ['assert_keys_are_of_their_ids', 'assert_tickets_name_known_orders'],
  },
  {
    name: 'a status of a ticket that nobody knows',
    plant: ["update marts.fct_support_tickets set status = 'parked' where ticket_id = 501"],
    red: ['assert_r8_tickets_equal_staging', 'fct_support_tickets.accepted_values_status'],
  },
  {
    name: 'a ticket of another priority',
    plant: [
      `update marts.fct_support_tickets set priority = case when priority = 'low' then 'high' else 'low' end
       where ticket_id = 501`,
    ],
    red: ['assert_r8_tickets_equal_staging'],
  },
  {
    name: 'a carrier that is not there',
    plant: ["delete from marts.dim_carrier where carrier = 'DHL'"],
    red: [
      'agg_carrier_daily.relationships_carrier_key_dim_carrier',
      'fct_shipments.relationships_carrier_key_dim_carrier',
    ],
  },
];
