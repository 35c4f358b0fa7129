import type { DuckDBType } from '@duckdb/node-api';
import type { Column, ColumnType } from '../contract.ts';
import { refused } from './refused.ts';

/** A column's type on the wire. */
export type WireType = Pick<Column, 'type' | 'precision' | 'scale' | 'length'>;

const integer: WireType = { type: 'FIXED', precision: 38, scale: 0 };
const text: WireType = { type: 'TEXT', length: 16_777_216 };

/** What DuckDB's types are in Snowflake; integers of any width are NUMBER(38,0), as Snowflake's own are. */
const byDuckdb: Readonly<Record<string, WireType>> = {
  TINYINT: integer,
  SMALLINT: integer,
  INTEGER: integer,
  BIGINT: integer,
  HUGEINT: integer,
  UTINYINT: integer,
  USMALLINT: integer,
  UINTEGER: integer,
  UBIGINT: integer,
  UHUGEINT: integer,
  FLOAT: { type: 'REAL' },
  DOUBLE: { type: 'REAL' },
  VARCHAR: text,
  UUID: text,
  // A column of nothing but NULL.
  '"NULL"': text,
  SQLNULL: text,
  BOOLEAN: { type: 'BOOLEAN' },
  DATE: { type: 'DATE' },
  TIME: { type: 'TIME', scale: 9 },
  TIMESTAMP: { type: 'TIMESTAMP_NTZ', scale: 9 },
  TIMESTAMP_S: { type: 'TIMESTAMP_NTZ', scale: 9 },
  TIMESTAMP_MS: { type: 'TIMESTAMP_NTZ', scale: 9 },
  TIMESTAMP_NS: { type: 'TIMESTAMP_NTZ', scale: 9 },
  'TIMESTAMP WITH TIME ZONE': { type: 'TIMESTAMP_TZ', scale: 9 },
  JSON: { type: 'VARIANT' },
  BLOB: { type: 'BINARY', length: 8_388_608 },
};

const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/;

/** A DuckDB type, as DuckDB writes it, on the wire. */
export function wireTypeOf(duckdbType: string): WireType {
  const known = byDuckdb[duckdbType];
  if (known !== undefined) return known;
  const [, precision, scale] = decimal.exec(duckdbType) ?? [];
  if (precision !== undefined) return { type: 'FIXED', precision: Number(precision), scale: Number(scale) };
  if (/\[\d*\]$/.test(duckdbType)) return { type: 'ARRAY' };
  if (/^(?:STRUCT|MAP)\(/.test(duckdbType)) return { type: 'OBJECT' };
  throw refused('unsupported', `a value of the type ${duckdbType}`);
}

/** A result's column type on the wire; JSON is an alias of VARCHAR. */
export function wireTypeOfResult(type: DuckDBType): WireType {
  return wireTypeOf(type.alias === 'JSON' ? 'JSON' : type.toString());
}

/** How INFORMATION_SCHEMA and SHOW call wire types. */
const catalogueNames: Readonly<Record<ColumnType, string>> = {
  FIXED: 'NUMBER',
  REAL: 'FLOAT',
  TEXT: 'TEXT',
  DATE: 'DATE',
  TIME: 'TIME',
  TIMESTAMP_NTZ: 'TIMESTAMP_NTZ',
  TIMESTAMP_TZ: 'TIMESTAMP_TZ',
  TIMESTAMP_LTZ: 'TIMESTAMP_LTZ',
  BOOLEAN: 'BOOLEAN',
  VARIANT: 'VARIANT',
  BINARY: 'BINARY',
  ARRAY: 'ARRAY',
  OBJECT: 'OBJECT',
};

export function catalogueName(type: ColumnType): string {
  return catalogueNames[type];
}

/** How DESCRIBE spells a type: NUMBER(38,0), VARCHAR(16777216), TIMESTAMP_NTZ(9). */
export function spelled({ type, precision, scale, length }: WireType): string {
  if (type === 'FIXED') return `NUMBER(${precision ?? 38},${scale ?? 0})`;
  if (type === 'TEXT') return `VARCHAR(${length ?? 16_777_216})`;
  if (type === 'BINARY') return `BINARY(${length ?? 8_388_608})`;
  if (type.startsWith('TIME')) return `${catalogueNames[type]}(${scale ?? 9})`;
  return catalogueNames[type];
}
