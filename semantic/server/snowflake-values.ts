import type { Column } from 'snowflake-sdk';
import type { CubeValue } from './cube-query.ts';
import { shownDecimal } from './money-text.ts';

/** What the SDK is to hand over as the text that Snowflake sent: a NUMBER has up to 38 digits. */
export const fetchedAsText = ['Number', 'JSON'] as const;

const toText = (value: unknown): CubeValue => String(value);
// The SDK says NULL in capitals where a number is to be text.
const toNumber = (value: unknown): CubeValue => (value === 'NULL' ? null : String(value));
const fixedOf =
  (scale: number) =>
  (value: unknown): CubeValue => {
    const text = toNumber(value);
    return typeof text === 'string' ? shownDecimal(text, scale) : text;
  };
// A DATE is midnight UTC of that day, a TIMESTAMP_NTZ the time on the clock as if in UTC.
const toTime = (value: unknown): CubeValue =>
  value instanceof Date ? new Date(value.getTime()).toISOString() : String(value);

// By Snowflake's own names of types; everything else is text already.
const converters: Readonly<Record<string, (value: unknown) => CubeValue>> = {
  real: toNumber,
  decfloat: toNumber,
  boolean: (value) => value === true,
  date: toTime,
  timestamp_ntz: toTime,
  timestamp_ltz: toTime,
  timestamp_tz: toTime,
};

const duckdbTypes: Readonly<Record<string, string>> = {
  real: 'DOUBLE',
  decfloat: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp_ntz: 'TIMESTAMP',
  timestamp_ltz: 'TIMESTAMP',
  timestamp_tz: 'TIMESTAMP',
};

/** In what DuckDB keeps values of a column; a whole number of 38 digits is wider than its BIGINT. */
export function duckdbTypeOf(column: Column): string {
  if (column.getType() !== 'fixed') return duckdbTypes[column.getType()] ?? 'VARCHAR';
  return column.getScale() === 0 ? 'HUGEINT' : `DECIMAL(38,${column.getScale()})`;
}

/**
 * Rows as Cube passes them on; see duckdb-values.ts, its twin. Names are in lower case, as Cube's aliases are: sessions
 * ignore the case of quoted names, and so Snowflake answers in capitals.
 */
export function toCubeRows(
  columns: readonly Column[],
  rows: readonly Readonly<Record<string, unknown>>[],
): Record<string, CubeValue>[] {
  const read = columns.map((column) => {
    const name = column.getName();
    const type = column.getType();
    const convert = type === 'fixed' ? fixedOf(column.getScale()) : (converters[type] ?? toText);
    return { name, alias: name.toLowerCase(), convert };
  });
  return rows.map((row) =>
    Object.fromEntries(
      read.map(({ name, alias, convert }) => {
        const value = row[name];
        return [alias, value === null || value === undefined ? null : convert(value)];
      }),
    ),
  );
}
