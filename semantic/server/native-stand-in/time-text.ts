const timestamp = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d+))?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?$/;

/**
 * A time as Cube's clients expect it: `2026-01-31T23:59:59.000`, always three decimals, never an offset. Sub-millisecond
 * digits are cut off, not rounded, and what is no timestamp (null, a bare date) stays as it is.
 */
export function toCubeTime(value: unknown): unknown {
  const match = typeof value === 'string' ? timestamp.exec(value) : null;
  if (match === null) return value;
  const [, date, time, fraction = ''] = match;
  return `${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}`;
}
