import { escapeCopy } from '../database.ts';
import { centsText, priceText } from '../world/money.ts';
import type { OrderTable, OrderTables } from './rows.ts';

/** How a field of a row is written to, and read from, its column. */
type ColumnType = 'integer' | 'text' | 'boolean' | 'cents' | 'price' | 'time';

export interface Column {
  readonly column: string;
  readonly field: string;
  readonly type: ColumnType;
}

type Value = string | number | boolean | null;

// Names of fields follow those of columns, so a table is a list of columns with the types that are not plain.
const typeByName: Readonly<Record<string, ColumnType>> = {
  shipping_amount: 'cents',
  discount_amount: 'cents',
  tax_amount: 'cents',
  amount: 'cents',
  unit_price: 'price',
  price: 'price',
  is_test: 'boolean',
  is_active: 'boolean',
  before_capture: 'boolean',
};

const integers = new Set(['id', 'line_no', 'quantity']);

function typeOf(column: string): ColumnType {
  if (column.endsWith('_at')) return 'time';
  if (integers.has(column) || column.endsWith('_id')) return 'integer';
  return typeByName[column] ?? 'text';
}

function fieldOf(column: string): string {
  const camel = column.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const type = typeOf(column);
  if (type === 'cents') return camel === 'amount' ? 'amountCents' : camel.replace('Amount', 'Cents');
  return type === 'price' ? `${camel}E4` : camel;
}

/** Columns of a shop table from their names alone, separated by white space. */
export function columnsOf(names: string): readonly Column[] {
  return names
    .trim()
    .split(/\s+/)
    .map((column) => ({ column, field: fieldOf(column), type: typeOf(column) }));
}

/** Columns of every order table, in table order. */
export const orderColumns: Readonly<Record<OrderTable, readonly Column[]>> = {
  orders: columnsOf(`
    id order_number customer_id channel currency status is_test ship_country shipping_amount
    placed_at cancelled_at updated_at`),
  order_lines: columnsOf(`
    id order_id line_no product_id quantity unit_price discount_amount tax_amount created_at
    updated_at`),
  payments: columnsOf(`
    id order_id kind method status amount currency processor_ref card_brand card_last4
    card_fingerprint created_at updated_at`),
  shipments: columnsOf(`
    id order_id carrier tracking_number status promised_at shipped_at delivered_at created_at
    updated_at`),
  shipment_lines: columnsOf('id shipment_id order_line_id quantity'),
  cancellations: columnsOf(
    'id number order_id customer_id currency channel before_capture reason cancelled_at',
  ),
  cancellation_lines: columnsOf(
    'id cancellation_id order_line_id product_id quantity unit_price discount_amount',
  ),
  refunds: columnsOf(`
    id order_id payment_id cancellation_id amount shipping_amount currency reason refunded_at`),
  refund_lines: columnsOf('id refund_id order_line_id quantity amount tax_amount restock_type'),
};

/** Tables in an order that foreign keys allow for inserting. */
export const orderTables: readonly OrderTable[] = Object.keys(orderColumns) as (keyof OrderTables)[];

/** A field as PostgreSQL's text input, or null. */
function columnText(type: ColumnType, value: Value | undefined): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (type === 'cents') return centsText(value);
  if (type === 'price') return priceText(value);
  return type === 'time' ? timeText(value) : String(value);
}

let lastTime = { value: 0, text: new Date(0).toISOString() };

// Rows written together mostly share their times: half of a backlog's two million are the one before.
function timeText(value: number): string {
  if (value !== lastTime.value) lastTime = { value, text: new Date(value).toISOString() };
  return lastTime.text;
}

/** Values of a row in column order. */
export function rowTexts(columns: readonly Column[], row: object): (string | null)[] {
  const fields = row as Readonly<Record<string, Value>>;
  return columns.map((column) => columnText(column.type, fields[column.field]));
}

/** A row as a line of COPY's text format; a backlog writes a million, so no list of values is made on the way. */
export function copyRow(columns: readonly Column[], row: object): string {
  const fields = row as Readonly<Record<string, Value>>;
  let line = '';
  for (const { type, field } of columns) {
    if (line !== '') line += '\t';
    const text = columnText(type, fields[field]);
    if (text === null) line += '\\N';
    else line += type === 'text' ? escapeCopy(text) : text;
  }
  return `${line}\n`;
}

/** SQL that reads a column back as the number, string or boolean that its field holds. */
export function fieldSql(column: Column): string {
  if (column.type === 'cents') return `(${column.column} * 100)::bigint`;
  if (column.type === 'price') return `(${column.column} * 10000)::bigint`;
  // Half-milliseconds would be lost, but only this simulator's own whole milliseconds are read back.
  return column.type === 'time' ? `(extract(epoch from ${column.column}) * 1000)::bigint` : column.column;
}
