import type { RuleName } from '../../../../semantic/validate/finding.ts';
import type { Edit } from './model-texts.ts';

/** The product's model with one fault; `line` is where it is told, in the edited file. */
export interface Fault extends Edit {
  readonly what: string;
  readonly rule: RuleName;
  readonly line: RegExp;
  readonly message: RegExp;
}

const orders = 'cubes/placed_orders.yml';
const details = 'cubes/order_event_details.yml';
const customers = 'cubes/customers.yml';

/** Files that say what they may not, or too little. */
export const faultsOfText: readonly Fault[] = [
  {
    what: 'no YAML',
    file: orders,
    from: '  - name: placed_orders',
    to: '  - name: placed_orders: oops',
    rule: 'yaml',
    line: /:2:\d+$/,
    message: /no YAML/,
  },
  {
    what: 'an unknown property',
    file: customers,
    from: 'sql_table:',
    to: 'sql_tabel:',
    rule: 'schema',
    line: /:5:5$/,
    message: /no property "sql_tabel"/,
  },
  {
    what: 'a tier that is none',
    file: orders,
    from: 'tier: certified',
    to: 'tier: gold',
    rule: 'schema',
    line: /orders\.yml:\d+:11$/,
    message: /certified/,
  },
  {
    what: 'a kind of measure that does not add up',
    file: orders,
    from: 'type: count_distinct',
    to: 'type: avg',
    rule: 'schema',
    line: /orders\.yml:\d+:9$/,
    message: /count_distinct/,
  },
  {
    what: 'a public cube',
    file: orders,
    from: 'public: false',
    to: 'public: true',
    rule: 'schema',
    line: /:4:5$/,
    message: /has to be false/,
  },
  {
    what: 'a name in capitals',
    file: orders,
    from: 'name: cancelled_orders',
    to: 'name: CancelledOrders',
    rule: 'names',
    line: /:\d+:9$/,
    message: /"CancelledOrders"/,
  },
  {
    what: 'a metric in two views',
    file: 'views/cash.yml',
    from: '- net_cash',
    to: '- name: net_cash\n            alias: gmv',
    rule: 'names',
    line: /finance\.yml|cash\.yml/,
    message: /the metric gmv is in the view/,
  },
  {
    what: 'two members of one name',
    file: 'views/operations.yml',
    from: 'alias: customers',
    to: 'alias: orders',
    rule: 'names',
    line: /operations\.yml:\d+:13$/,
    message: /two members orders/,
  },
  {
    what: 'a view called as a cube is',
    file: 'views/operations.yml',
    from: 'name: operations',
    to: 'name: placed_orders',
    rule: 'names',
    line: /operations\.yml:2:5$/,
    message: /a cube is called placed_orders/,
  },
  {
    what: 'a metric without a title',
    file: orders,
    from: '        title: Cancelled orders\n',
    to: '',
    rule: 'metadata',
    line: /:\d+:9$/,
    message: /cancelled_orders has no title/,
  },
  {
    what: 'a metric without meta',
    file: orders,
    from: /drill_members: \[order_id, order_status, order_date\]\n        meta:\n(?: {10}.*\n)+/,
    to: 'drill_members: [order_id]\n',
    rule: 'metadata',
    line: /:\d+:9$/,
    message: /orders has no meta/,
  },
  {
    what: 'a description that says nothing',
    file: orders,
    from: /description: Placed orders without.*\n/,
    to: 'description: Orders.\n',
    rule: 'metadata',
    line: /:\d+:9$/,
    message: /says next to nothing/,
  },
  {
    what: 'a ratio without a denominator',
    file: details,
    from: '          denominator: gross_sales\n',
    to: '',
    rule: 'metadata',
    line: /details\.yml:\d+:9$/,
    message: /divides by something/,
  },
  {
    what: 'a denominator that is not there',
    file: details,
    from: 'denominator: gross_sales',
    to: 'denominator: gross',
    rule: 'metadata',
    line: /details\.yml:\d+:11$/,
    message: /divides by gross,/,
  },
  {
    what: 'the format of another unit',
    file: details,
    from: 'format: percent',
    to: 'format: number',
    rule: 'metadata',
    line: /details\.yml:\d+:9$/,
    message: /of ratio it is percent/,
  },
  {
    what: 'certified, but not tested',
    file: orders,
    from: 'tests: [r9, golden]',
    to: 'tests: [r9]',
    rule: 'metadata',
    line: /orders\.yml:\d+:11$/,
    message: /not tested/,
  },
  {
    what: 'another window than it says',
    file: orders,
    from: 'trailing: 28 day',
    to: 'trailing: 7 day',
    rule: 'metadata',
    line: /orders\.yml:\d+:9$/,
    message: /computed as its own/,
  },
  {
    what: 'a dimension without a description',
    file: customers,
    from: /        description: Segment.*\n/,
    to: '',
    rule: 'metadata',
    line: /customers\.yml:\d+:9$/,
    message: /segment, which \w+ shows, has no description/,
  },
];
