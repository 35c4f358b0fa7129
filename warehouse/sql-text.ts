/** A text value as an SQL literal, where a statement takes no parameter (DuckDB's read_json, DDL). */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as a quoted SQL identifier. Names of ours are lower case; Snowflake folds unquoted ones to upper case. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
