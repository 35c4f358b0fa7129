import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { messageOf, ShopwaveError } from '../../lib/errors.ts';
import { warehouseErrors } from '../errors.ts';
import type { Row, Session, SqlValue } from '../warehouse.ts';

/** One connection seen as a {@link Session}: values as the interface promises, errors typed. */
export function duckdbSession(connection: DuckDBConnection): Session {
  return {
    query: async (sql, params) => {
      try {
        const reader = await connection.runAndReadAll(sql, bind(params));
        return reader.getRowObjects().map(toRow);
      } catch (error) {
        throw typedError(error, sql);
      }
    },
    execute: async (sql, params) => {
      try {
        const result = await connection.run(sql, bind(params));
        return result.rowsChanged;
      } catch (error) {
        throw typedError(error, sql);
      }
    },
  };
}

function bind(params: readonly SqlValue[] | undefined): DuckDBValue[] {
  return [...(params ?? [])];
}

/** Decimals, dates, times and nested values become DuckDB's own text; integers keep their width. */
export function toRow(values: Record<string, DuckDBValue>): Row {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toSqlValue(value)]));
}

function toSqlValue(value: DuckDBValue): SqlValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'object') return value.toString();
  return value;
}

/** DuckDB reports everything as plain errors whose message starts with its kind. */
const kinds = [
  { pattern: /Transaction conflict|Conflict on |write-write conflict/i, code: 'WAREHOUSE_CONFLICT' },
  { pattern: /No space left|could not write|Out of disk/i, code: 'WAREHOUSE_DISK_FULL' },
] as const;

/** Gives a driver error its stable code; typed errors pass through. */
export function typedError(error: unknown, sql: string): ShopwaveError {
  if (error instanceof ShopwaveError) return error;
  const message = messageOf(error);
  const kind = kinds.find((each) => each.pattern.test(message));
  return warehouseErrors.error(kind?.code ?? 'WAREHOUSE_STATEMENT_FAILED', {
    message,
    where: sql.replaceAll(/\s+/g, ' ').slice(0, 160),
    cause: error,
  });
}
