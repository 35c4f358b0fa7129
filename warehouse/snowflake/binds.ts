import type { Bind } from 'snowflake-sdk';
import { warehouseErrors } from '../errors.ts';
import type { SqlValue } from '../warehouse.ts';

/** Parameters of one row as the driver takes them. What a JS number cannot hold exactly travels as text. */
export function bindRow(params: readonly SqlValue[]): Bind[] {
  return params.map(bind);
}

/**
 * Parameters of many rows, for one INSERT ... VALUES (?, ...). The driver gives a column the type of its first row's
 * value, which may be null there or an integer before decimals: all go as text, which the table's columns convert.
 */
export function bindRows(rows: ReadonlyArray<readonly SqlValue[]>): Bind[][] {
  return rows.map((row) => row.map((value) => (value === null ? null : String(finite(value)))));
}

function bind(value: SqlValue): Bind {
  if (typeof value !== 'bigint') return finite(value);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** NaN and infinities would arrive as the text null. */
function finite<T extends SqlValue>(value: T): T {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  throw warehouseErrors.error('WAREHOUSE_STATEMENT_FAILED', { message: `${value} cannot be a parameter` });
}
