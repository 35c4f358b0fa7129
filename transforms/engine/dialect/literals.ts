import type { Dialect } from './dialect.ts';

/** A text as a string literal. Snowflake reads backslashes in one as escapes, DuckDB does not. */
export function literal(value: string, dialect: Dialect): string {
  const quoted = value.replaceAll("'", "''");
  return `'${dialect === 'snowflake' ? quoted.replaceAll('\\', '\\\\') : quoted}'`;
}

const stringLiteral = /^'(?:[^']|'')*'$/;

/**
 * An SQL text used as a point in time: a bare string literal becomes a timestamp, as Snowflake reads it implicitly.
 */
export function temporal(value: string, dialect: Dialect): string {
  if (!stringLiteral.test(value)) return value;
  return `cast(${value} as ${dialect === 'duckdb' ? 'timestamp' : 'timestamp_ntz'})`;
}
