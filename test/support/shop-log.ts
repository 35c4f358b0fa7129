import fc from 'fast-check';
import type { LogEntry } from './raw-log.ts';

/**
 * One change of a random log of a small shop. Few keys, so that changes collide: rows are updated, moved between
 * orders and customers, deleted and re-inserted; customers and products may be missing, since facts can arrive before
 * them.
 */
interface Draft {
  readonly table: string;
  readonly op: 'c' | 'u' | 'd';
  readonly data: Readonly<Record<string, string | null>>;
}

/** Some of them less than a millisecond apart. */
const instants = Array.from({ length: 24 }, (_, hour) =>
  ['', '.1231', '.1239'].map(
    (fraction) => `2026-03-0${1 + (hour % 5)} ${String(hour).padStart(2, '0')}:00:00${fraction}+00`,
  ),
).flat();
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
    name: fc.constantFrom('S1', 'S2', null),
    country: fc.constantFrom('US', 'DE', null),
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

/** Tables that facts refer to: a row of one may go, but is back before the log ends. */
const referredTo = ['orders', 'refunds'] as const;
const referredKeys = ['1', '2', '3', '4', '5'];

function rowOf(table: string): fc.Arbitrary<Readonly<Record<string, string | null>>> {
  return tables[table] ?? fc.constant({});
}

/** What happens at once, in one transaction of the source. */
type Step = readonly Draft[];

function changeOf(table: string): fc.Arbitrary<Step> {
  return fc.record({ table: fc.constant(table), op, data: rowOf(table) }).map((each) => [each]);
}

/** PostgreSQL's log has no change of a key: the row goes, and comes under another. */
function keyChangeOf(table: string): fc.Arbitrary<Step> {
  return fc.tuple(rowOf(table), rowOf(table)).map(([before, after]) => [
    { table, op: 'd', data: before },
    { table, op: 'c', data: after },
  ]);
}

const names = Object.keys(tables);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.oneof(...names.map(changeOf)) },
  { weight: 1, arbitrary: fc.oneof(...names.map(keyChangeOf)) },
);

/** Every order and refund that a row may refer to, once more or for the first time. */
const referredRows: fc.Arbitrary<Step> = fc.tuple(
  ...referredTo.flatMap((table) =>
    referredKeys.map((key) =>
      rowOf(table).map((data): Draft => ({ table, op: 'c', data: { ...data, id: key } })),
    ),
  ),
);

/** The rows of the epilogue whose keys a log leaves deleted. */
function reborn(log: Step, epilogue: Step): Step {
  const last = new Map(log.map(({ table, op: latest, data }) => [`${table} ${data['id']}`, latest]));
  return epilogue.filter(({ table, data }) => last.get(`${table} ${data['id']}`) === 'd');
}

/** Steps to a transaction, over and over: what is later in one wins, too. */
const transactionSizes = [1, 3, 2];

function placed(steps: readonly Step[]): LogEntry[] {
  const entries: LogEntry[] = [];
  let position = 1;
  let ordinal = 0;
  let left = transactionSizes[0] ?? 1;
  for (const each of steps) {
    for (const { table, op: operation, data } of each) {
      ordinal += 1;
      // A delete carries its key only, as the real log does.
      const row = operation === 'd' ? { id: data['id'] ?? null } : data;
      entries.push({ table, op: operation, data: row, position, ordinal });
    }
    left -= 1;
    if (left > 0) continue;
    position += 1;
    ordinal = 0;
    left = transactionSizes[position % transactionSizes.length] ?? 1;
  }
  return entries;
}

/** A log with ascending positions, in which rows also go, come back and change their keys. */
export function shopLog(length: { readonly min: number; readonly max: number }): fc.Arbitrary<LogEntry[]> {
  const changes = fc.array(step, { minLength: length.min, maxLength: length.max });
  return fc.tuple(referredRows, changes, referredRows).map(([prologue, steps, epilogue]) => {
    const one = (each: Draft): Step => [each];
    return placed([
      ...prologue.map(one),
      ...steps,
      ...reborn([...prologue, ...steps.flat()], epilogue).map(one),
    ]);
  });
}
