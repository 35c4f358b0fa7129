import type { Column } from './driver.ts';

/** DuckDB's text of a timestamp ends where its digits do. */
function shortest(text: string): string {
  return text.replace(/(\.\d*?)0+(?= |$)/, '$1').replace(/\.(?= |$)/, '');
}

/** DuckDB's text of a moment is that in UTC, with hours alone for a zone. */
function inUtc(text: string): string {
  const parts = /^(\S+) (\S+?)(\.\d+)? ([+-])(\d\d)(\d\d)$/.exec(text);
  if (parts === null) return text;
  const [, day, time, fraction = '', sign, hours, minutes] = parts;
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000);
  const at = new Date(Date.parse(`${day}T${time}Z`) - offset).toISOString();
  return shortest(`${at.slice(0, 19).replace('T', ' ')}${fraction}`) + '+00';
}

/** One JSON in the spelling of another that means the same. */
function spelledAs(json: string, expected: unknown): string {
  if (typeof expected !== 'string') return json;
  const canonical = (text: string): string => JSON.stringify(sorted(JSON.parse(text)));
  try {
    return canonical(json) === canonical(expected) ? expected : json;
  } catch {
    return json;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, sorted(each)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const texts: Readonly<Record<string, (value: string, expected: unknown) => string>> = {
  timestamp_ntz: shortest,
  timestamp_tz: inUtc,
  timestamp_ltz: inUtc,
  time: shortest,
  real: (value, expected) => (Number(value) === Number(expected) ? String(expected) : value),
  variant: spelledAs,
  object: spelledAs,
  array: spelledAs,
};

/** A value as the truth tables write it; a float or a JSON of another spelling is written as `expected` is. */
export function textOf(value: unknown, { type }: Column, expected: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return texts[type]?.(text, expected) ?? text;
}

const kinds: Readonly<Record<string, string>> = {
  DATE: 'date',
  TIMESTAMP: 'timestamp_ntz',
  VARCHAR: 'text',
  BOOLEAN: 'boolean',
  DOUBLE: 'real',
  BIGINT: 'fixed',
  DECIMAL: 'fixed',
  JSON: 'variant',
};

/** Whether a column is what DuckDB calls by a type's name; whole numbers are as wide as they come. */
export function isType(column: Column, expected: string): boolean {
  const parts = /^(\w+)(?:\((\d+),(\d+)\))?/.exec(expected);
  if (parts === null || kinds[parts[1] ?? ''] !== column.type) return false;
  if (column.type !== 'fixed') return true;
  return (
    column.scale === Number(parts[3] ?? 0) &&
    (parts[2] === undefined || column.precision === Number(parts[2]))
  );
}
