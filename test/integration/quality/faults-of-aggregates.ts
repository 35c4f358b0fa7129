import type { Fault } from './fault.ts';

const off = (model: string, column: string, red: readonly string[]): Fault => ({
  name: `${model}.${column} is one off`,
  plant: [`update marts.${model} set ${column} = ${column} + 1`],
  red,
});

/** Faults in what is added up of facts: each aggregate, and each balance that rolls forward. */
export const faultsOfAggregates: readonly Fault[] = [
  off('agg_finance_daily', 'gmv_minor', ['agg_finance_daily.equals_events']),
  off('agg_finance_daily', 'total_sales_minor', ['agg_finance_daily.totals_are_their_parts']),
  off('agg_finance_daily', 'reporting_gmv_minor', ['agg_finance_daily.equals_events']),
  off('agg_fulfilment_daily', 'minutes_to_ship', ['agg_fulfilment_daily.equals_orders']),
  off('agg_carrier_daily', 'shipped_units', ['agg_carrier_daily.equals_shipments']),
  off('agg_carrier_daily', 'on_time_deliveries', ['agg_carrier_daily.totals_are_their_parts']),
  off('agg_backlog_moves_daily', 'opened_units', [
    'agg_backlog_daily.open_units_roll_forward',
    'agg_backlog_moves_daily.equals_orders',
  ]),
  off('agg_backlog_daily', 'open_orders', ['agg_backlog_daily.open_orders_roll_forward']),
  off('agg_support_moves_daily', 'resolution_minutes', [
    'agg_support_daily.equals_moves',
    'agg_support_moves_daily.equals_tickets',
  ]),
  off('agg_support_daily', 'backlog_tickets', ['agg_support_daily.backlog_rolls_forward']),
  off('agg_gift_card_moves_daily', 'sold_minor', [
    'agg_gift_card_moves_daily.equals_facts',
    'agg_gift_cards_daily.equals_moves',
  ]),
  off('agg_gift_cards_daily', 'outstanding_minor', ['agg_gift_cards_daily.outstanding_rolls_forward']),
  off('agg_processor_moves_daily', 'charge_count', [
    'agg_processor_daily.equals_moves',
    'agg_processor_moves_daily.equals_movements',
  ]),
  ...['dispute_count', 'dispute_reversals_minor', 'refund_failures_minor', 'adjustments_minor'].map(
    (column): Fault => ({
      name: `${column} of one day at Stripe is off`,
      plant: [
        `update marts.agg_processor_moves_daily set ${column} = ${column} + 1
         where processor_date = (select max(processor_date) from marts.agg_processor_moves_daily)`,
      ],
      red: ['agg_processor_daily.equals_moves', 'agg_processor_moves_daily.equals_movements'],
    }),
  ),
  off('agg_processor_daily', 'closing_minor', [
    'agg_processor_daily.closing_rolls_forward',
    'agg_processor_daily.opening_is_before_the_day',
    'assert_r6_balance_rolls_forward',
  ]),
  {
    name: 'an aggregate that lost a day',
    plant: [
      'delete from marts.agg_carrier_daily where shipped_date = (select min(shipped_date) from marts.agg_carrier_daily)',
    ],
    red: ['agg_carrier_daily.equals_shipments'],
  },
];
