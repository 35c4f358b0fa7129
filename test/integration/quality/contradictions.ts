import { shopCustomer, ticketRows } from '../../support/story-people.ts';
import { rowsOf, shopifyOnly } from '../../support/four-source-world.ts';
import { epoch, intentOf } from '../../support/order-story.ts';
import type { OrderStory, SourceRow } from '../../support/order-story.ts';
import { shopRows } from '../../support/story-shop.ts';
import { shopifyRows } from '../../support/story-shopify.ts';
import { stripeRows } from '../../support/story-stripe.ts';

/** Sources that contradict each other or themselves; see docs/contradictions.md. */
export interface Contradiction {
  readonly name: string;
  readonly rows: readonly SourceRow[];
  /** Checks that tell of it, each with the rows behind it, one text a row of the columns that are asked for. */
  readonly seen: Readonly<
    Record<string, { readonly columns: readonly string[]; readonly rows: readonly string[] }>
  >;
  /** What becomes of it: a query on what is published, and its one row as text. */
  readonly outcome: { readonly query: string; readonly row: string };
}

/** An order in the app, so that Shopify has nothing to say of it. */
const order: OrderStory = {
  id: 0,
  customer: 3,
  channel: 'app',
  currency: 'USD',
  country: 'US',
  method: 'card',
  placed: '2026-03-09 10:00',
  paid: '2026-03-09 10:01',
  lines: [{ product: 1, quantity: 2, price: 2000, tax: 400 }],
};
const sent = {
  at: '2026-03-10 10:00',
  carrier: 'UPS',
  delivered: '2026-03-11 10:00',
  units: [{ line: 1, quantity: 2 }],
};

const kept: OrderStory = { ...order, id: 201 };
const withdrawn: OrderStory = { ...kept, cancelled: { at: '2026-03-09 18:00', beforeCapture: true } };
const headless: OrderStory = {
  ...order,
  id: 207,
  method: 'paypal',
  shipments: [sent],
  refunds: [{ at: '2026-03-12 10:00', units: [{ line: 1, quantity: 1 }] }],
};
const onlyOnShopify: OrderStory = { ...headless, id: shopifyOnly + 1, channel: 'web' };
const givenBack: OrderStory = {
  ...order,
  id: 213,
  refunds: [{ at: '2026-03-10 10:00', units: [], cash: 900 }],
};
const paidOut: OrderStory = { ...givenBack, id: 222 };
const onShopify: OrderStory = { ...order, id: 210, channel: 'web', method: 'paypal' };

function withoutMetadata(row: SourceRow): SourceRow {
  return { ...row, data: { ...row.data, metadata: {} } };
}

function withoutOrder(rows: readonly SourceRow[]): readonly SourceRow[] {
  return rows.filter(({ table }) => table !== 'orders');
}

export const contradictions: readonly Contradiction[] = [
  {
    name: 'paid at Stripe, cancelled in the shop',
    rows: [...shopRows(withdrawn), ...stripeRows([kept])],
    seen: {
      assert_r1_charges_have_payments: {
        columns: ['payment_ref'],
        rows: ['stripe:txn_ch_201', 'stripe:txn_ch_219'],
      },
      assert_r7_sales_bridge_to_charges: {
        columns: ['order_id', 'difference_minor'],
        rows: ['201 -4400', '219 -4400'],
      },
      assert_cancelled_orders_are_not_charged: {
        columns: ['order_id', 'charge_id'],
        rows: ['201 ch_201', '219 ch_219'],
      },
    },
    outcome: { query: 'select order_status from marts.fct_orders where order_id = 201', row: 'cancelled' },
  },
  {
    name: 'the same, of a charge that names no order: its payment intent tells',
    rows: [
      ...shopRows({ ...withdrawn, id: 219 }),
      ...stripeRows([{ ...kept, id: 219 }]).map(withoutMetadata),
    ],
    seen: {
      assert_cancelled_orders_are_not_charged: {
        columns: ['order_id', 'charge_id'],
        rows: ['201 ch_201', '219 ch_219'],
      },
    },
    outcome: { query: 'select order_status from marts.fct_orders where order_id = 219', row: 'cancelled' },
  },
  {
    name: 'an order that is cancelled and says neither since when nor which lines',
    rows: shopRows({ ...order, id: 221, paid: undefined }).map((row) =>
      row.table === 'orders'
        ? { ...row, data: { ...row.data, status: 'cancelled', cancelled_at: null } }
        : row,
    ),
    seen: {
      assert_cancelled_orders_say_when: { columns: ['order_id'], rows: ['221'] },
      assert_cancelled_orders_are_taken_back: {
        columns: ['order_id', 'cancelled_quantity'],
        rows: ['221 0'],
      },
    },
    // It stays in sales.
    outcome: {
      query: `select closed_date = order_date,
          (select sum(amount_minor) > 0 from marts.fct_order_events as e where e.order_id = o.order_id)
        from marts.fct_orders as o where order_id = 221`,
      row: 'true true',
    },
  },
  {
    name: 'more given back than was charged',
    rows: rowsOf([{ ...order, id: 202, refunds: [{ at: '2026-03-10 10:00', units: [], cash: 9900 }] }]),
    seen: {
      assert_refunds_within_payments: {
        columns: ['order_id', 'refunded_minor'],
        rows: ['202 9900', '215 6600'],
      },
    },
    outcome: { query: 'select refunded_minor from marts.fct_orders where order_id = 202', row: '9900' },
  },
  {
    name: 'a cancelled line that was sent all the same',
    rows: rowsOf([
      { ...order, id: 203, cancelled: { at: '2026-03-09 18:00', beforeCapture: true }, shipments: [sent] },
    ]),
    seen: {
      assert_no_shipment_of_cancelled_units: { columns: ['order_line_id', 'order_id'], rows: ['20301 203'] },
    },
    outcome: {
      query: 'select shipped_quantity, cancelled_quantity from marts.fct_order_lines where order_id = 203',
      row: '2 2',
    },
  },
  {
    name: 'a customer twice',
    rows: [
      shopCustomer({
        id: 6,
        email: 'anna@example.com',
        country: 'AT',
        city: 'Wien',
        since: '2026-02-01 09:00',
      }),
      ...rowsOf([{ ...order, id: 204, customer: 6 }]),
    ],
    seen: { assert_customers_are_not_doubled: { columns: ['customer_id', 'person_id'], rows: ['6 1'] } },
    outcome: {
      query: `select count(*) from marts.dim_customer as c join marts.fct_orders as o on o.customer_key = c.customer_key
              where o.order_id = 204 and c.customer_id = 6`,
      row: '1',
    },
  },
  {
    name: 'a currency that nobody knows',
    rows: rowsOf([{ ...order, id: 205, method: 'paypal', currency: 'ZZZ' }]),
    seen: { assert_orders_are_in_known_currencies: { columns: ['order_id', 'currency'], rows: ['205 ZZZ'] } },
    outcome: {
      query: `select sum(amount_minor) from marts.fct_order_events where order_id = 205`,
      row: '4400',
    },
  },
  {
    name: 'an order without lines',
    rows: rowsOf([{ ...order, id: 206, lines: [], paid: undefined }]),
    seen: { assert_orders_have_lines: { columns: ['order_id'], rows: ['206'] } },
    outcome: {
      query: 'select line_count, gross_minor from marts.fct_orders where order_id = 206',
      row: '0 0',
    },
  },
  {
    name: 'lines, payments, a refund and a shipment of an order that has not come',
    rows: [...withoutOrder(shopRows(headless)), ...withoutOrder(shopifyRows(onlyOnShopify))],
    seen: {
      assert_what_is_said_of_orders_has_an_order: {
        columns: ['what', 'id'],
        rows: [
          'Shopify line 5000000000201',
          'Shopify payment 5000000000201',
          'Shopify payment 5000000000202',
          'Shopify payment 5000000000203',
          'Shopify refund 5000000000201',
          'Shopify shipment 5000000000201',
          'line 20701',
          'payment 20701',
          'payment 20702',
          'payment 20703',
          'refund 20701',
          'shipment 20701',
        ],
      },
    },
    outcome: {
      query: `select (select count(*) from marts.fct_order_lines where order_id = 207 and order_key = -1),
                (select count(*) from marts.fct_payments where order_id = 207 and order_key = -1),
                (select count(*) from marts.fct_shipments where order_id = 207 and order_key = -1),
                (select count(*) from marts.fct_payments where order_id = ${onlyOnShopify.id} and order_key = -1),
                (select count(*) from marts.fct_shipments where order_id = ${onlyOnShopify.id} and order_key = -1)`,
      row: '1 3 1 3 1',
    },
  },
  {
    name: 'clocks that are years off',
    rows: rowsOf([
      { ...order, id: 208, placed: '1970-01-02 10:00', paid: undefined },
      { ...order, id: 209, placed: '2099-05-05 10:00', paid: undefined },
      // years before it was paid, and in the calendar
      { ...order, id: 220, placed: '2019-05-05 10:00', method: 'paypal' },
    ]),
    seen: {
      assert_times_are_plausible: {
        columns: ['fact', 'order_id', 'business_date'],
        rows: [
          'fct_order_events 208 1970-01-02',
          'fct_order_events 208 1970-01-02',
          'fct_order_events 209 2099-05-05',
          'fct_order_events 209 2099-05-05',
          'fct_orders 208 1970-01-02',
          'fct_orders 209 2099-05-05',
          'fct_orders 220 2019-05-05',
        ],
      },
    },
    outcome: { query: 'select count(*) from marts.fct_orders where order_id in (208, 209)', row: '2' },
  },
  {
    name: 'one order, two amounts: in the shop and on Shopify',
    rows: [
      ...shopRows(onShopify),
      ...shopifyRows({ ...onShopify, lines: [{ product: 1, quantity: 2, price: 2100, tax: 400 }] }),
    ],
    seen: {
      assert_shopify_agrees_with_the_shop: {
        columns: ['order_id', 'amount_minor', 'shopify_minor'],
        rows: ['210 4400 4600'],
      },
    },
    outcome: {
      query: 'select sum(gross_minor) from marts.fct_order_lines where order_id = 210',
      row: '4000',
    },
  },
  {
    name: 'an order of Shopify that was never processed, by its own word',
    rows: shopifyRows({ ...onShopify, id: shopifyOnly + 2 }).map((row) =>
      row.table === 'orders' ? { ...row, data: { ...row.data, processedAt: null, test: null } } : row,
    ),
    seen: {},
    outcome: {
      query: `select strftime(placed_at, '%m-%d %H:%M'), is_test from marts.fct_orders where order_id = ${shopifyOnly + 2}`,
      row: '03-09 10:00 false',
    },
  },
  {
    name: 'a ticket about an order that is not there',
    rows: ticketRows({
      id: 510,
      order: 999_999,
      requester: 9001,
      tag: 'delivery',
      created: '2026-03-10 09:00',
    }),
    seen: { assert_tickets_name_known_orders: { columns: ['ticket_id', 'order_id'], rows: ['510 999999'] } },
    outcome: { query: 'select order_key from marts.fct_support_tickets where ticket_id = 510', row: '-1' },
  },
  {
    name: 'units below one',
    rows: rowsOf([
      { ...order, id: 211, method: 'paypal', lines: [{ product: 1, quantity: -1, price: 2000 }] },
    ]),
    seen: {
      sign_by_type: { columns: ['order_id', 'event_type'], rows: ['211 sale'] },
      assert_quantities_are_positive: { columns: ['what', 'id'], rows: ['order_line_id 21101'] },
    },
    outcome: { query: 'select gross_minor from marts.fct_order_lines where order_id = 211', row: '-2000' },
  },
  {
    name: 'a payment or a refund in another currency than its order',
    rows: [
      ...inCurrency('payments', 'EUR', shopRows({ ...order, id: 212, method: 'paypal' })),
      ...inCurrency(
        'refunds',
        'JPY',
        shopRows({
          ...order,
          id: 214,
          method: 'paypal',
          refunds: [{ at: '2026-03-12 10:00', units: [{ line: 1, quantity: 1 }] }],
        }),
      ),
    ],
    seen: {
      assert_payments_are_in_the_orders_currency: {
        columns: ['what', 'order_id', 'currency', 'order_currency'],
        rows: ['payment 212 EUR USD', 'payment 212 EUR USD', 'refund 214 JPY USD'],
      },
    },
    outcome: {
      query: `select
                (select sum(cash_minor) from marts.fct_payments where order_id = 212 and currency = 'EUR'),
                (select sum(amount_minor) from marts.fct_order_events
                 where order_id = 214 and event_type like 'refund%' and currency = 'JPY'),
                (select count(*) from marts.fct_order_events
                 where order_id = 214 and event_type like 'refund%' and currency <> 'JPY')`,
      row: '4400 -22 0',
    },
  },
  {
    name: 'units that a cancellation and a refund both take back',
    rows: shopRows({
      ...order,
      id: 215,
      method: 'paypal',
      cancelled: { at: '2026-03-10 18:00', beforeCapture: false },
      refunds: [{ at: '2026-03-12 10:00', units: [{ line: 1, quantity: 1 }] }],
    }),
    seen: {
      assert_units_are_taken_back_once: {
        columns: ['order_id', 'quantity', 'cancelled_quantity', 'refunded_quantity'],
        rows: ['215 2 2 1'],
      },
    },
    outcome: {
      query: `select sum(quantity) from marts.fct_order_events
              where order_id = 215 and event_type in ('sale', 'void', 'cancellation', 'refund')`,
      row: '-1',
    },
  },
  {
    name: 'a refund that the shop counts and Stripe took back before it moved',
    rows: [
      ...shopRows(givenBack),
      ...stripeRows([{ ...givenBack, refunds: [] }]),
      {
        source: 'stripe',
        table: 'refunds',
        data: {
          id: 're_21301',
          charge: 'ch_213',
          payment_intent: intentOf(givenBack),
          balance_transaction: null,
          metadata: {},
          amount: 900,
          currency: 'usd',
          status: 'canceled',
          created: epoch('2026-03-10 10:00'),
        },
      },
    ],
    seen: {
      assert_r3_refunds_equal_refunds: {
        columns: ['order_id', 'shop_minor', 'stripe_minor'],
        rows: ['213 900 0', '222 0 900'],
      },
    },
    outcome: {
      query: "select sum(cash_minor) from marts.fct_payments where order_id = 213 and kind <> 'fee'",
      row: '4400',
    },
  },
  {
    name: 'a refund that the shop calls failed, and that Stripe made',
    rows: [
      ...shopRows(paidOut).map((row) =>
        row.table === 'payments' && row.data['kind'] === 'refund'
          ? { ...row, data: { ...row.data, status: 'failed' } }
          : row,
      ),
      ...stripeRows([paidOut]),
    ],
    seen: {
      assert_r3_refunds_equal_refunds: {
        columns: ['order_id', 'shop_minor', 'stripe_minor'],
        rows: ['213 900 0', '222 0 900'],
      },
    },
    outcome: {
      query: "select sum(cash_minor) from marts.fct_payments where order_id = 222 and kind <> 'fee'",
      row: '3500',
    },
  },
];

/** The same rows, with those of a table in a currency of their own. */
function inCurrency(table: string, currency: string, rows: readonly SourceRow[]): readonly SourceRow[] {
  return rows.map((row) => (row.table === table ? { ...row, data: { ...row.data, currency } } : row));
}
