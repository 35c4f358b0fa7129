/** A time that says its zone: '2026-01-31T00:00:00Z', '2026-01-31T00:00:00+01:00'. */
type ZonedText = `${string}T${string}Z` | `${string}T${string}${'+' | '-'}${string}:${string}`;

/**
 * A point in time, as a text with its zone or a Date. The text is the safer one: what `new Date('2026-01-31T00:00:00')`
 * means depends on the machine, and nobody can tell from the Date.
 */
export type Instant = ZonedText | Date;

const zoned = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Whether a value is one; a file that no compiler has seen may give anything. */
export function isInstant(value: unknown): boolean {
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  return typeof value === 'string' && isZoned(value);
}

export function dateOf(instant: Instant): Date {
  return instant instanceof Date ? instant : new Date(instant);
}

/** What is wrong with a value that is none. */
export function notAnInstant(value: unknown): string {
  if (value instanceof Date) return 'is a date that is none';
  if (typeof value !== 'string') return 'has the wrong type';
  // A time that only lacks its zone, or a day alone.
  const isUnzoned = isZoned(`${value}Z`) || isZoned(`${value}T00:00Z`);
  return `is "${value}", which ${isUnzoned ? 'has no time zone' : 'is no time with its zone'}`;
}

function isZoned(text: string): boolean {
  const [, day] = zoned.exec(text) ?? [];
  if (day === undefined || Number.isNaN(Date.parse(text))) return false;
  // JavaScript takes the 30th of February for a day in March.
  return new Date(day).toISOString().startsWith(day);
}
