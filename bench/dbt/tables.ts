/** How a field of the raw JSON is read. */
type FieldType = 'bigint' | 'integer' | 'text' | 'money' | 'timestamp';

interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** The column's name in staging where it is another. */
  readonly as?: string;
  /** SQL of its value over `id`, `version`, `made_at` and `changed_at`, without the text form that raw has. */
  readonly value: string;
}

/** A raw table of the benchmark: how its rows are made, and what both tools' staging reads of it. */
export interface RawTable {
  readonly name: string;
  readonly rows: number;
  /** Percent of the rows that were changed once after they were made. */
  readonly changed: number;
  readonly key: string;
  readonly fields: readonly Field[];
}

const [customers, products, orders, lines, payments, refunds] = [
  30_000, 5_000, 150_000, 400_000, 150_000, 20_000,
];

/** 985,000 raw rows altogether. */
export const rawTables: readonly RawTable[] = [
  table('customers', 'customer_id', customers, 30, [
    text('email', `'customer' || id || '@example.org'`),
    text('country', oneOf(2, 'DE', 'FR', 'NL', 'PL')),
    text('segment', oneOf(3, 'new', 'regular', 'vip')),
  ]),
  table('products', 'product_id', products, 20, [
    text('sku', `'SKU-' || id`),
    text('title', `'Product ' || id`),
    text('category', oneOf(2, 'home', 'garden', 'toys', 'books')),
    { name: 'price', type: 'money', value: money(3, 20_000) },
  ]),
  table('orders', 'order_id', orders, 80, [
    text('order_number', `'SW-' || id`),
    { name: 'customer_id', type: 'bigint', value: below(2, customers) },
    text('channel', oneOf(3, 'web', 'app', 'store')),
    text('ship_country', oneOf(4, 'DE', 'FR', 'NL', 'PL')),
    text('currency', `'EUR'`),
    text(
      'status',
      `case when version = 1 then 'placed' else ${oneOf(5, 'paid', 'shipped', 'cancelled')} end`,
    ),
    { name: 'placed_at', type: 'timestamp', value: 'made_at' },
  ]),
  table('order_lines', 'order_line_id', lines, 10, [
    { name: 'order_id', type: 'bigint', value: `1 + id % ${orders}` },
    { name: 'product_id', type: 'bigint', value: below(2, products) },
    { name: 'quantity', type: 'integer', value: below(3, 5) },
    { name: 'unit_price', type: 'money', value: money(4, 20_000) },
    { name: 'discount_amount', type: 'money', value: money(5, 300) },
  ]),
  table('payments', 'payment_id', payments, 30, [
    { name: 'order_id', type: 'bigint', value: `1 + id % ${orders}` },
    text(
      'status',
      `case when version = 1 then ${oneOf(2, 'pending', 'succeeded')} else ${oneOf(3, 'succeeded', 'failed')} end`,
    ),
    { name: 'amount', type: 'money', value: money(4, 50_000) },
  ]),
  table('refunds', 'refund_id', refunds, 0, [
    { name: 'order_id', type: 'bigint', value: below(2, orders) },
    { name: 'amount', type: 'money', value: money(3, 5_000) },
  ]),
];

function table(name: string, key: string, rows: number, changed: number, fields: readonly Field[]): RawTable {
  const id: Field = { name: 'id', type: 'bigint', as: key, value: 'id' };
  const updatedAt: Field = { name: 'updated_at', type: 'timestamp', value: 'changed_at' };
  return { name, rows, changed, key, fields: [id, ...fields, updatedAt] };
}

function text(name: string, value: string): Field {
  return { name, type: 'text', value };
}

/** Seeded randomness: from 1 to `most`, the same for the same row and purpose. */
function below(purpose: number, most: number): string {
  return `1 + cast(hash(id, ${purpose}) % ${most} as bigint)`;
}

function oneOf(purpose: number, ...texts: readonly string[]): string {
  return `[${texts.map((each) => `'${each}'`).join(', ')}][${below(purpose, texts.length)}]`;
}

function money(purpose: number, mostCents: number): string {
  return `cast((${below(purpose, mostCents)}) / 100.0 as decimal(14, 2))`;
}
