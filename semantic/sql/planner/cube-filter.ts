/** A filter of Cube's, by names of columns. */
export type CubeFilter =
  | { readonly name: string; readonly operator: CubeOperator; readonly values?: readonly string[] }
  | { readonly and: readonly CubeFilter[] }
  | { readonly or: readonly CubeFilter[] };

export type CubeOperator =
  | 'equals'
  | 'notEquals'
  | 'set'
  | 'notSet'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'inDateRange'
  | 'afterOrOnDate'
  | 'beforeOrOnDate';

/** Days as numbers since 1970, both ends included; without an end where it is open. */
export interface Days {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export function both(first: Days, second: Days): Days {
  return {
    from: extreme(Math.max, first.from, second.from),
    to: extreme(Math.min, first.to, second.to),
  };
}

function extreme(
  of: (first: number, second: number) => number,
  first: number | undefined,
  second: number | undefined,
): number | undefined {
  return first === undefined || second === undefined ? (first ?? second) : of(first, second);
}

export function isNever({ from, to }: Days): boolean {
  return from !== undefined && to !== undefined && from > to;
}

const dayMs = 86_400_000;

export function dayText(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** A midnight or a moment as a day and whether it is after midnight; undefined for what is no plain date. */
export function dayOf(text: string): { readonly day: number; readonly isAfterMidnight: boolean } | undefined {
  const parts = /^([1-9]\d{3}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(?:Z|\+00(?::?00)?)?$/.exec(
    text.trim(),
  );
  const [, date, time] = parts ?? [];
  if (date === undefined) return undefined;
  const ms = Date.parse(`${date}T00:00:00Z`);
  // What PostgreSQL reads as the next day's midnight, or rounds to one, is left to it.
  if (time !== undefined && !/^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?$/.test(time))
    return undefined;
  // 30 February is a day of March to JavaScript, and an error to PostgreSQL.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date) return undefined;
  return { day: ms / dayMs, isAfterMidnight: /[1-9]/.test(time ?? '') };
}

export function daysFilter(name: string, { from, to }: Days): CubeFilter | undefined {
  if (from !== undefined && to !== undefined)
    return { name, operator: 'inDateRange', values: [dayText(from), dayText(to)] };
  if (from !== undefined) return { name, operator: 'afterOrOnDate', values: [dayText(from)] };
  if (to !== undefined) return { name, operator: 'beforeOrOnDate', values: [dayText(to)] };
  return undefined;
}
