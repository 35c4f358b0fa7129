import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { Row, Session, SqlValue } from '../warehouse.ts';
import { typedError } from './typed-error.ts';

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
