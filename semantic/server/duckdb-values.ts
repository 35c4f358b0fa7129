import { DuckDBDecimalType, DuckDBTypeId } from '@duckdb/node-api';
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type { CubeValue } from './cube-query.ts';
import { shownDecimal } from './money-text.ts';

const dayMs = 86_400_000;

// Everything else (integers of any width, DECIMAL, VARCHAR, UUID, TIME) is DuckDB's own text. DECIMAL keeps its
// scale there: 100.50, not 100.5; but see money-text.ts.
const converters: Partial<Record<DuckDBTypeId, (value: DuckDBValue) => CubeValue>> = {
  [DuckDBTypeId.BOOLEAN]: (value) => value === true,
  [DuckDBTypeId.DATE]: (value) => isoTime(part(value, 'days') * BigInt(dayMs)),
  [DuckDBTypeId.TIMESTAMP]: (value) => isoTime(part(value, 'micros') / 1000n),
  [DuckDBTypeId.TIMESTAMP_TZ]: (value) => isoTime(part(value, 'micros') / 1000n),
  [DuckDBTypeId.TIMESTAMP_S]: (value) => isoTime(part(value, 'seconds') * 1000n),
  [DuckDBTypeId.TIMESTAMP_MS]: (value) => isoTime(part(value, 'millis')),
  [DuckDBTypeId.TIMESTAMP_NS]: (value) => isoTime(part(value, 'nanos') / 1_000_000n),
};

/** Converts one value read from DuckDB: exact numbers as text, times as ISO 8601 in UTC with milliseconds. */
export function toCubeValue(value: DuckDBValue, type: DuckDBType): CubeValue {
  if (value === null || value === undefined) return null;
  if (type instanceof DuckDBDecimalType) return shownDecimal(String(value), type.scale);
  return (converters[type.typeId] ?? String)(value);
}

function part(value: DuckDBValue, name: string): bigint {
  const parts: Readonly<Record<string, unknown>> = Object(value);
  const found = parts[name];
  return typeof found === 'bigint' ? found : BigInt(Number(found));
}

function isoTime(epochMs: bigint): string {
  return new Date(Number(epochMs)).toISOString();
}

/** Query parameters as DuckDB takes them; Cube sends text, numbers, booleans and null. */
export function toDuckdbParameter(value: unknown): DuckDBValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') return value;
  if (typeof value === 'number') return value;
  throw new TypeError(`a query parameter of type ${typeof value} cannot be sent to DuckDB`);
}
