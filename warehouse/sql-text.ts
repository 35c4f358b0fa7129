/** A text value as an SQL literal, where a statement takes no parameter (DuckDB's read_json, DDL). */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * A name as a quoted SQL identifier. Names of ours are lower case, and Snowflake stores unquoted ones in upper case: there
 * the session parameter QUOTED_IDENTIFIERS_IGNORE_CASE (capabilities.ts) makes the two one name.
 */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `?, ?, ?` for an `in` list. */
export function placeholders(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}
