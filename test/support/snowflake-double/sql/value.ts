/** What is known of an expression's type from its text alone; undefined for a column. */
export type KnownType =
  | 'text'
  | 'number'
  | 'float'
  | 'boolean'
  | 'date'
  | 'time'
  | 'ntz'
  | 'tz'
  | 'variant'
  | 'interval'
  | 'null';

/** An expression in DuckDB's words. */
export interface Value {
  readonly text: string;
  readonly type?: KnownType | undefined;
  /** What a string literal or a date part says. */
  readonly literal?: string | undefined;
  /** What the clock of its own zone shows: CONVERT_TIMEZONE with two arguments moves a TIMESTAMP_TZ to a zone. */
  readonly wall?: string | undefined;
  /** Where in which variant it stands. */
  readonly path?: { readonly of: string; readonly at: string } | undefined;
}

export function value(text: string, type?: KnownType): Value {
  return { text, type };
}

/** A text as DuckDB's literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as the catalogue has it, as DuckDB's identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A call of a macro that says its argument more than once. A long one is computed first: in a text that holds another such
 * call the copies would multiply.
 */
export function looking(macro: string, { text }: Value): string {
  if (text.length < 40) return `${macro}(${text})`;
  return `list_transform([${text}], lambda x: ${macro}(x))[1]`;
}

const number = /^-?\d+$/;

/** Where DuckDB's function wants a whole number: it takes no decimal for one. */
export function whole({ text }: Value): string {
  return number.test(text) ? text : `cast(${text} as bigint)`;
}
