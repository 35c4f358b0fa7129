import fc from 'fast-check';
import type { LogEntry } from './raw-log.ts';

/**
 * One change of a random log of a small shop. Few keys, so that changes collide: rows are updated, moved between
 * orders, deleted and re-inserted; customers and products may be missing, since facts can arrive before them.
 */
interface Draft {
  readonly table: string;
  readonly op: 'c' | 'u' | 'd';
  readonly data: Readonly<Record<string, string | null>>;
}

const instants = Array.from(
  { length: 24 },
  (_, hour) => `2026-03-0${1 + (hour % 5)} ${String(hour).padStart(2, '0')}:00:00+00`,
);
const instant = fc.constantFrom(...instants);
const id = (most: number): fc.Arbitrary<string> => fc.integer({ min: 1, max: most }).map(String);
const units = fc.integer({ min: 1, max: 5 }).map(String);
const money = fc.constantFrom('0.00', '1.25', '10.00', '99.99');
const op = fc.constantFrom('c' as const, 'u' as const, 'u' as const, 'd' as const);

const tables: Readonly<Record<string, fc.Arbitrary<Readonly<Record<string, string | null>>>>> = {
  customers: fc.record({
    id: id(4),
    email: fc.constant('a@example.com'),
    country: fc.constantFrom('DE', 'FR'),
    city: fc.constantFrom('Berlin', 'Paris', null),
    postal_code: fc.constant(null),
    segment: fc.constantFrom('new', 'vip'),
    created_at: instant,
    updated_at: instant,
  }),
  products: fc.record({
    id: id(3),
    seller_id: id(2),
    sku: fc.constantFrom('A', 'B'),
    title: fc.constantFrom('T', null),
    category: fc.constant('toys'),
    kind: fc.constantFrom('goods', 'goods', 'gift_card', 'shipping'),
    price: fc.constantFrom('1.2500', '3.9950'),
    currency: fc.constant('USD'),
    is_active: fc.constantFrom('t', 'f'),
    created_at: instant,
    updated_at: instant,
  }),
  sellers: fc.record({
    id: id(2),
    name: fc.constantFrom('S1', 'S2'),
    country: fc.constant('US'),
    commission_rate: fc.constant('0.1000'),
    created_at: instant,
    updated_at: instant,
  }),
  orders: fc.record({
    id: id(5),
    order_number: fc.constant('N'),
    customer_id: fc.option(id(4), { nil: null }),
    channel: fc.constantFrom('web', 'app'),
    currency: fc.constant('USD'),
    status: fc.constant('placed'),
    is_test: fc.constantFrom('t', 'f', 'f'),
    ship_country: fc.constantFrom('DE', null),
    shipping_amount: money,
    placed_at: instant,
    cancelled_at: fc.constant(null),
    updated_at: instant,
  }),
  order_lines: fc.record({
    id: id(8),
    order_id: id(5),
    line_no: units,
    product_id: id(4),
    quantity: units,
    unit_price: fc.constantFrom('1.2500', '3.9950'),
    discount_amount: money,
    tax_amount: money,
    created_at: instant,
    updated_at: instant,
  }),
  cancellations: fc.record({
    id: id(4),
    number: fc.constant('C'),
    order_id: fc.option(id(5), { nil: null }),
    customer_id: fc.option(id(4), { nil: null }),
    currency: fc.constant('USD'),
    channel: fc.constant('web'),
    before_capture: fc.constantFrom('t', 'f'),
    reason: fc.constant(null),
    cancelled_at: instant,
  }),
  cancellation_lines: fc.record({
    id: id(6),
    cancellation_id: id(4),
    order_line_id: fc.option(id(8), { nil: null }),
    product_id: id(4),
    quantity: units,
    unit_price: fc.constant('1.2500'),
    discount_amount: money,
  }),
  payments: fc.record({
    id: id(5),
    order_id: id(5),
    kind: fc.constantFrom('authorisation', 'capture', 'refund'),
    method: fc.constant('card'),
    status: fc.constantFrom('succeeded', 'failed'),
    amount: money,
    currency: fc.constant('USD'),
    processor_ref: fc.constant(null),
    created_at: instant,
    updated_at: instant,
  }),
  refunds: fc.record({
    id: id(4),
    order_id: id(5),
    payment_id: fc.constant(null),
    cancellation_id: fc.constant(null),
    amount: money,
    shipping_amount: money,
    currency: fc.constant('USD'),
    reason: fc.constant(null),
    refunded_at: instant,
  }),
  refund_lines: fc.record({
    id: id(6),
    refund_id: id(4),
    order_line_id: id(8),
    quantity: units,
    amount: money,
    tax_amount: money,
    restock_type: fc.constantFrom('return', 'cancel', 'no_restock'),
  }),
  shipments: fc.record({
    id: id(4),
    order_id: id(5),
    carrier: fc.constant('dhl'),
    tracking_number: fc.constant(null),
    status: fc.constantFrom('pending', 'shipped', 'delivered', 'cancelled'),
    promised_at: instant,
    shipped_at: fc.option(instant, { nil: null }),
    delivered_at: fc.option(instant, { nil: null }),
    created_at: instant,
    updated_at: instant,
  }),
  shipment_lines: fc.record({ id: id(6), shipment_id: id(4), order_line_id: id(8), quantity: units }),
};

/** Rows that others refer to stay; what a shop really deletes may go. */
const neverDeleted: ReadonlySet<string> = new Set(['orders', 'refunds']);

function draftOf(
  table: string,
  data: fc.Arbitrary<Readonly<Record<string, string | null>>>,
): fc.Arbitrary<Draft> {
  const operation = neverDeleted.has(table) ? fc.constant('u' as const) : op;
  return fc.record({ table: fc.constant(table), op: operation, data });
}

const draft: fc.Arbitrary<Draft> = fc.oneof(
  ...Object.entries(tables).map(([table, data]) => draftOf(table, data)),
);

/** Every order and refund that a later row may refer to. */
const prologue: fc.Arbitrary<Draft[]> = fc.tuple(
  ...(['orders', 'refunds'] as const).flatMap((table) =>
    ['1', '2', '3', '4', '5'].map((key) =>
      (tables[table] ?? fc.constant({})).map((data): Draft => ({
        table,
        op: 'c',
        data: { ...data, id: key },
      })),
    ),
  ),
);

/** A log with ascending positions; a delete carries its key only, as the real log does. */
export function shopLog(length: { readonly min: number; readonly max: number }): fc.Arbitrary<LogEntry[]> {
  const changes = fc.array(draft, { minLength: length.min, maxLength: length.max });
  return fc.tuple(prologue, changes).map(([first, rest]) =>
    [...first, ...rest].map((each, index) => ({
      ...each,
      // Three changes a transaction: what is later in it wins, too.
      position: 1 + Math.floor(index / 3),
      ordinal: 1 + (index % 3),
      data: each.op === 'd' ? { id: each.data['id'] ?? null } : each.data,
    })),
  );
}
