import { createRandom } from '../../../simulator/world/random.ts';
import type { Random } from '../../../simulator/world/random.ts';
import { readMartsSql } from '../../../semantic/golden/world.ts';

/** Statements that make the same marts in DuckDB and in PostgreSQL. */
export interface SqlWorld {
  readonly tables: string;
  readonly rows: readonly string[];
}

type Value = string | number | boolean | null;

const currencies: Readonly<Record<string, string>> = { US: 'USD', JP: 'JPY' };
/** Names that break what is careless with quotes, letters and nothing. */
export const countries = ['DE', 'AT', 'FR', 'US', 'JP', "Côte d'Or", null];
export const channels = ['web', 'app', 'store', '', 'Ünïcode', null];
const categories = ['books', 'home', 'Books', '100% cotton', 'a_b', null];
const eventTypes = [
  ...Array.from({ length: 8 }, () => 'sale'),
  'discount',
  'refund',
  'refund',
  'cancellation',
  'void',
  'tax',
  'shipping',
  'gift_card_sale',
  'chargeback',
];

/** A small world that is the same for the same seed: a year and a half of orders, tickets, parcels and payouts. */
export async function sqlWorld(seed: number): Promise<SqlWorld> {
  const random = createRandom(seed, 1);
  return {
    tables: (await readMartsSql()).replaceAll(' double', ' double precision').replaceAll(' varchar', ' text'),
    rows: [
      insert('dim_customer', ['customer_key', 'segment'], customers()),
      insert('dim_product', ['product_key', 'sku', 'title', 'category', 'seller_name'], products()),
      insert('dim_seller', ['seller_key', 'seller_name', 'country'], sellers()),
      ...orders(random),
      insert(
        'fct_support_tickets',
        ticketColumns,
        many(250, (index) => ticket(random, index)),
      ),
      insert(
        'fct_payouts',
        payoutColumns,
        many(60, (index) => payout(random, index)),
      ),
    ],
  };
}

function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function insert(table: string, columns: readonly string[], rows: readonly (readonly Value[])[]): string {
  const values = rows.map((row) => `(${row.map(literal).join(', ')})`);
  return `insert into marts.${table} (${columns.join(', ')}) values ${values.join(',\n')}`;
}

function literal(value: Value): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}

function customers(): Value[][] {
  return ['consumer', 'business', null, 'VIP'].map((segment, index) => [`c${index}`, segment]);
}

function products(): Value[][] {
  return categories.map((category, index) => [
    `p${index}`,
    `SKU-${index}`,
    index === 3 ? null : `Title ${index}`,
    category,
    index % 2 === 0 ? 'Ada' : null,
  ]);
}

function sellers(): Value[][] {
  return [
    [1, 'Ada', 'DE'],
    [2, 'Bob', null],
    [-1, 'unknown', null],
  ];
}

const firstDay = Date.parse('2024-11-01');
const days = 540;

function day(random: Random, from = 0): string {
  return new Date(firstDay + random.integer(from, days) * 86_400_000).toISOString().slice(0, 10);
}

function maybe<T>(random: Random, share: number, value: T): T | null {
  return random.integer(0, 99) < share ? value : null;
}

const orderColumns = [
  'order_key',
  'order_id',
  'customer_key',
  'customer_durable_key',
  'channel',
  'country',
  'currency',
  'is_test',
  'order_status',
  'order_date',
  'fulfilled_date',
  'is_fulfilled',
  'is_partly_fulfilled',
  'cancelled_at',
  'first_refund_at',
  'closed_date',
  'hours_to_ship',
  'hours_to_deliver',
];
const lineColumns = [
  'order_line_key',
  'order_line_id',
  'order_key',
  'line_kind',
  'product_key',
  'seller_key',
  'channel',
  'country',
  'currency',
  'is_test',
  'net_minor',
  'commission_minor',
  'order_date',
];
const eventColumns = [
  'order_event_key',
  'event_type',
  'order_key',
  'order_id',
  'customer_key',
  'product_key',
  'channel',
  'country',
  'currency',
  'is_test',
  'quantity',
  'amount_minor',
  'event_date',
  'order_date',
  'reporting_minor',
];
const shipmentColumns = [
  'shipment_key',
  'shipment_id',
  'order_key',
  'carrier',
  'status',
  'channel',
  'country',
  'currency',
  'is_test',
  'promised_at',
  'delivered_at',
  'is_late',
  'shipped_date',
  'order_date',
];

function orders(random: Random): string[] {
  const rows: Record<'orders' | 'lines' | 'events' | 'shipments', Value[][]> = {
    orders: [],
    lines: [],
    events: [],
    shipments: [],
  };
  for (let index = 0; index < 320; index += 1) oneOrder(random, index, rows);
  return [
    insert('fct_orders', orderColumns, rows.orders),
    insert('fct_order_lines', lineColumns, rows.lines),
    insert('fct_order_events', eventColumns, rows.events),
    insert('fct_shipments', shipmentColumns, rows.shipments),
  ];
}

function oneOrder(random: Random, index: number, rows: Record<string, Value[][]>): void {
  const key = `o${index}`;
  const country = random.pick(countries);
  const where: Value[] = [
    random.pick(channels),
    country,
    currencies[country ?? ''] ?? 'EUR',
    random.integer(0, 19) === 0,
  ];
  const date = day(random);
  const customer = random.integer(0, 3);
  const isCancelled = random.integer(0, 9) === 0;
  const fulfilled = maybe(random, 70, date);
  rows['orders']?.push([
    key,
    index + 1e3,
    `c${customer}`,
    customer === 0 ? -1 : random.integer(1, 40),
    ...where,
    isCancelled ? 'cancelled' : random.pick(['paid', 'shipped', 'delivered']),
    date,
    fulfilled,
    fulfilled !== null,
    random.integer(0, 9) === 0,
    isCancelled ? `${date} 10:00:00` : null,
    maybe(random, 15, `${date} 11:00:00`),
    maybe(random, 60, date),
    maybe(random, 70, random.integer(1, 400) / 4),
    maybe(random, 50, random.integer(1, 400) / 8),
  ]);
  for (let line = 0; line < random.integer(0, 4); line += 1) {
    const product = `p${random.integer(0, categories.length - 1)}`;
    const [net, seller] = [random.integer(0, 20_000), random.pick([1, 2, -1])];
    rows['lines']?.push([
      `${key}-${line}`,
      index * 10 + line,
      key,
      random.pick(['goods', 'goods', 'gift_card']),
      product,
      seller,
      ...where,
      net,
      Math.floor(net / 10),
      date,
    ]);
    for (let event = 0; event < random.integer(1, 4); event += 1) {
      const type = event === 0 ? 'sale' : random.pick(eventTypes);
      const sign = ['discount', 'refund', 'cancellation', 'void', 'chargeback'].includes(type) ? -1 : 1;
      const amount = sign * random.integer(0, 9_000);
      rows['events']?.push([
        `${key}-${line}-${event}`,
        type,
        key,
        maybe(random, 90, index + 1e3),
        `c${customer}`,
        product,
        ...where,
        sign * random.integer(1, 3),
        amount,
        event === 0 ? date : day(random),
        date,
        maybe(random, 95, amount),
      ]);
    }
  }
  for (let parcel = 0; parcel < random.integer(0, 2); parcel += 1) {
    const isLate = random.pick([true, false, null]);
    rows['shipments']?.push([
      index * 10 + parcel,
      index * 10 + parcel,
      key,
      random.pick(['DHL', 'UPS', null]),
      random.pick(['shipped', 'delivered', 'lost']),
      ...where,
      maybe(random, 80, `${date} 12:00:00`),
      maybe(random, 60, `${date} 13:00:00`),
      isLate,
      maybe(random, 90, date),
      date,
    ]);
  }
}

const ticketColumns = [
  'ticket_key',
  'ticket_id',
  'customer_key',
  'status',
  'priority',
  'via_channel',
  'topic',
  'first_reply_minutes',
  'resolution_minutes',
  'satisfaction_score',
  'is_deleted',
  'solved_at',
  'created_date',
  'first_reply_date',
  'solved_date',
];

function ticket(random: Random, index: number): Value[] {
  const solved = maybe(random, 60, day(random));
  return [
    index,
    index,
    `c${random.integer(0, 3)}`,
    random.pick(['open', 'solved', 'closed']),
    random.pick(['low', 'high', null]),
    random.pick(['email', 'web', 'chat']),
    random.pick(['delivery', 'refund', null]),
    maybe(random, 70, random.integer(1, 900)),
    maybe(random, 60, random.integer(1, 9e3)),
    random.pick(['good', 'bad', 'offered', null]),
    random.integer(0, 19) === 0,
    solved === null ? null : `${solved} 09:00:00`,
    maybe(random, 97, day(random)),
    maybe(random, 70, day(random)),
    solved,
  ];
}

const payoutColumns = [
  'payout_key',
  'payout_id',
  'currency',
  'status',
  'amount_minor',
  'difference_minor',
  'arrival_date',
];

function payout(random: Random, index: number): Value[] {
  return [
    index,
    `po_${index}`,
    random.pick(['EUR', 'USD']),
    random.pick(['paid', 'pending', 'failed']),
    random.integer(1, 99999),
    random.integer(-3, 3),
    maybe(random, 95, day(random)),
  ];
}
