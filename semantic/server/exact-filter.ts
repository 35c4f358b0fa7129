import type { BaseFilter } from '@cubejs-backend/schema-compiler';

/** Kinds of members whose values are numbers; money is of kind `number`. */
const numeric = new Set(['number', 'count', 'count_distinct', 'sum']);

/** What both engines hold. */
const mostDigits = 38;

/**
 * Makes a filter compare numbers exactly. A parameter arrives as text: Cube's DuckDB dialect would cast it to a float,
 * Snowflake to as few decimals as it likes. Here the number itself says how wide it is.
 */
export function withExactNumbers<F extends BaseFilter>(filter: F): F {
  if (!numeric.has(filter.definition().type)) return filter;
  filter.allocateCastParam = (value: unknown) => {
    const parameter = filter.allocateParam(value);
    const type = decimalType(String(value));
    return type === undefined ? parameter : `cast(${parameter} as ${type})`;
  };
  return filter;
}

/** The narrowest DECIMAL that holds a number written out; undefined for what is none, or too long. */
export function decimalType(text: string): string | undefined {
  const match = /^[+-]?(\d*)(?:\.(\d*))?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, whole = '', fraction = ''] = match;
  const digits = whole.length + fraction.length;
  return digits === 0 || digits > mostDigits ? undefined : `decimal(${digits}, ${fraction.length})`;
}
