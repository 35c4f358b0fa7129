import type { OrderStory, SourceRow } from './order-story.ts';
import { shopRows } from './story-shop.ts';
import { shopifyRows } from './story-shopify.ts';
import { stripeRows } from './story-stripe.ts';
import {
  personElsewhere,
  shopCustomer,
  shopProduct,
  shopSeller,
  ticketRows,
  zendeskUser,
} from './story-people.ts';
import type { Person, TicketStory } from './story-people.ts';

/** A number of an order that only Shopify has. */
export const shopifyOnly = 50_000_000_001;

const since = '2026-01-05 09:00';

const people: readonly Person[] = [
  { id: 1, email: 'anna@example.com', country: 'DE', city: 'Berlin', since },
  { id: 2, email: 'bert@example.com', country: 'FR', city: 'Paris', since },
  { id: 3, email: 'cleo@example.com', country: 'US', city: 'Boston', segment: 'vip', since },
  { id: 4, email: 'dora@example.com', country: 'US', city: 'Austin', since },
  { id: 5, email: 'emil@example.com', country: 'JP', city: 'Osaka', segment: 'new', since },
];

/** Product 1 and 2 are goods, 3 is a gift card; goods 1 were dearer once, and Anna has moved. */
const catalogue: readonly SourceRow[] = [
  shopSeller(1, 'North', '0.1000', since),
  shopSeller(2, 'South', '0.2000', since),
  shopProduct(1, { seller: 1, price: '25.0000', since }),
  shopProduct(2, { seller: 2, price: '10.0000', since }),
  shopProduct(3, { seller: 1, price: '50.0000', kind: 'gift_card', since }),
  shopProduct(1, { seller: 1, price: '20.0000', since, updated: '2026-03-03 08:00' }),
];

const both = (quantity = 1): readonly { line: number; quantity: number }[] => [
  { line: 1, quantity },
  { line: 2, quantity: 1 },
];
const goods = { product: 1, quantity: 2, price: 2000, tax: 400 } as const;

/** Every kind of order there is, in the first half of March 2026. */
export const stories: readonly OrderStory[] = [
  {
    id: 1,
    customer: 1,
    channel: 'web',
    currency: 'USD',
    country: 'DE',
    method: 'card',
    placed: '2026-03-01 12:00',
    paid: '2026-03-01 12:05',
    shipping: 500,
    lines: [
      { product: 1, quantity: 2, price: 2500, discount: 300, tax: 470 },
      { product: 2, quantity: 1, price: 1000, discount: 60, tax: 94 },
    ],
    shipments: [{ at: '2026-03-02 10:00', carrier: 'DHL', delivered: '2026-03-04 10:00', units: both(2) }],
  },
  {
    id: 2,
    customer: 2,
    channel: 'app',
    currency: 'USD',
    country: 'FR',
    method: 'apple_pay',
    placed: '2026-03-02 08:00',
    paid: '2026-03-02 08:01',
    shipping: 700,
    lines: [
      { product: 1, quantity: 2, price: 2500, tax: 500 },
      { product: 2, quantity: 1, price: 1000, tax: 100 },
    ],
    shipments: [
      {
        at: '2026-03-03 10:00',
        carrier: 'UPS',
        delivered: '2026-03-05 09:00',
        units: [{ line: 1, quantity: 2 }],
      },
      {
        at: '2026-03-04 10:00',
        carrier: 'DHL',
        delivered: '2026-03-13 09:00',
        units: [{ line: 2, quantity: 1 }],
      },
    ],
    refunds: [{ at: '2026-03-08 15:00', units: [{ line: 1, quantity: 1 }], shipping: 200 }],
  },
  {
    id: 3,
    customer: null,
    channel: 'web',
    currency: 'USD',
    country: 'US',
    method: 'paypal',
    placed: '2026-03-02 09:00',
    paid: '2026-03-02 09:02',
    lines: [{ product: 2, quantity: 3, price: 1000, tax: 300 }],
    cancelled: { at: '2026-03-02 18:00', beforeCapture: true },
  },
  {
    id: 4,
    customer: 1,
    channel: 'web',
    currency: 'USD',
    country: 'DE',
    method: 'card',
    placed: '2026-03-03 12:00',
    paid: '2026-03-03 12:01',
    lines: [goods],
    cancelled: { at: '2026-03-05 12:00', beforeCapture: false },
  },
  {
    id: 5,
    customer: 3,
    channel: 'web',
    currency: 'EUR',
    country: 'US',
    method: 'gift_card',
    placed: '2026-03-04 12:00',
    paid: '2026-03-04 12:01',
    lines: [{ product: 2, quantity: 2, price: 900 }],
    shipments: [
      {
        at: '2026-03-05 10:00',
        carrier: 'UPS',
        delivered: '2026-03-07 10:00',
        units: [{ line: 1, quantity: 2 }],
      },
    ],
  },
  {
    id: 6,
    customer: 3,
    channel: 'web',
    currency: 'USD',
    country: 'US',
    method: 'card',
    placed: '2026-03-04 14:00',
    paid: '2026-03-04 14:01',
    lines: [goods, { product: 3, quantity: 1, price: 5000 }],
    shipments: [
      {
        at: '2026-03-06 10:00',
        carrier: 'UPS',
        delivered: '2026-03-08 10:00',
        units: [{ line: 1, quantity: 2 }],
      },
    ],
  },
  {
    id: 7,
    customer: 4,
    channel: 'web',
    currency: 'USD',
    country: 'US',
    method: 'paypal',
    isTest: true,
    placed: '2026-03-05 12:00',
    paid: '2026-03-05 12:01',
    lines: [goods],
  },
  {
    id: 8,
    customer: 4,
    channel: 'web',
    currency: 'USD',
    country: 'US',
    method: 'card',
    placed: '2026-03-05 13:00',
    paid: '2026-03-05 13:01',
    lines: [goods],
    shipments: [
      {
        at: '2026-03-06 11:00',
        carrier: 'DHL',
        delivered: '2026-03-09 10:00',
        units: [{ line: 1, quantity: 2 }],
      },
    ],
    dispute: { at: '2026-03-10 10:00' },
  },
  {
    id: 9,
    customer: 4,
    channel: 'app',
    currency: 'USD',
    country: 'US',
    method: 'card',
    placed: '2026-03-06 13:00',
    paid: '2026-03-06 13:01',
    lines: [{ product: 2, quantity: 4, price: 1000, tax: 400 }],
    shipments: [
      {
        at: '2026-03-07 11:00',
        carrier: 'DHL',
        delivered: '2026-03-09 12:00',
        units: [{ line: 1, quantity: 4 }],
      },
    ],
    dispute: { at: '2026-03-10 11:00', wonAt: '2026-03-13 11:00' },
  },
  {
    id: 10,
    customer: 5,
    channel: 'web',
    currency: 'JPY',
    country: 'JP',
    method: 'card',
    placed: '2026-03-07 02:00',
    paid: '2026-03-07 02:01',
    shipping: 500,
    lines: [{ product: 1, quantity: 1, price: 3000, tax: 300 }],
    shipments: [
      { at: '2026-03-08 11:00', carrier: 'DHL', isReturned: true, units: [{ line: 1, quantity: 1 }] },
      { at: '2026-03-10 11:00', carrier: 'DHL', units: [{ line: 1, quantity: 1 }] },
    ],
  },
  {
    id: 11,
    customer: 2,
    channel: 'app',
    currency: 'USD',
    country: 'FR',
    method: 'card',
    placed: '2026-03-08 12:00',
    lines: [goods],
  },
  {
    id: shopifyOnly,
    customer: 2,
    channel: 'web',
    currency: 'USD',
    country: 'FR',
    method: 'card',
    placed: '2026-03-09 12:00',
    paid: '2026-03-09 12:01',
    shipping: 300,
    lines: [goods, { product: 2, quantity: 1, price: 1000, tax: 100 }],
    shipments: [{ at: '2026-03-10 12:00', carrier: 'UPS', delivered: '2026-03-11 12:00', units: both(2) }],
    refunds: [{ at: '2026-03-12 12:00', units: [{ line: 2, quantity: 1 }] }],
  },
];

/** An order of the last day that was read: no mart is stale. */
const late: OrderStory = {
  id: 12,
  customer: 5,
  channel: 'app',
  currency: 'USD',
  country: 'JP',
  method: 'card',
  placed: '2026-03-19 18:00',
  paid: '2026-03-19 18:01',
  lines: [goods],
  shipments: [{ at: '2026-03-19 21:00', carrier: 'DHL', units: [{ line: 1, quantity: 2 }] }],
};
const lateTicket: TicketStory = {
  id: 504,
  order: 12,
  requester: 9005,
  tag: 'delivery',
  created: '2026-03-19 20:00',
};

const tickets: readonly TicketStory[] = [
  {
    id: 501,
    order: 1,
    requester: 9001,
    tag: 'delivery',
    created: '2026-03-03 09:00',
    replied: '2026-03-03 10:00',
    solved: '2026-03-03 12:00',
    score: 'good',
  },
  {
    id: 502,
    order: 2,
    requester: 9002,
    tag: 'refund',
    created: '2026-03-06 09:00',
    replied: '2026-03-06 09:30',
    solved: '2026-03-09 09:00',
    score: 'bad',
  },
  { id: 503, order: 3, requester: 9999, tag: 'cancel', created: '2026-03-10 09:00' },
];

/** What four sources report of orders: the shop's own; Stripe what is paid by card there; Shopify its storefront. */
export function rowsOf(orders: readonly OrderStory[]): readonly SourceRow[] {
  const own = orders.filter(({ id }) => id < shopifyOnly);
  return [
    ...own.flatMap(shopRows),
    ...stripeRows(own),
    ...orders.filter(({ channel }) => channel === 'web').flatMap(shopifyRows),
  ];
}

/** A small but whole world of four sources that agree with each other. */
export function worldRows(): readonly SourceRow[] {
  const anna = people[0];
  const moved =
    anna === undefined ? [] : [shopCustomer({ ...anna, city: 'Munich', updated: '2026-03-02 20:00' })];
  return [
    ...catalogue,
    ...people.map(shopCustomer),
    ...moved,
    ...people.flatMap(personElsewhere),
    zendeskUser(9999, { email: 'guest@example.com', since: '2026-03-10 09:00' }),
    zendeskUser(1, { email: 'agent@shopwave.example', role: 'agent', since }),
    ...rowsOf(stories),
    ...tickets.flatMap(ticketRows),
  ];
}

/** The same, and what happened on the last day that was read. */
export function freshWorldRows(): readonly SourceRow[] {
  return [...worldRows(), ...rowsOf([late]), ...ticketRows(lateTicket)];
}
