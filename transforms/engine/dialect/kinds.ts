import { isDateFormat } from './formats.ts';
import { parseJsonPath } from './json-path.ts';
import type { ParameterKind } from './parameters.ts';
import { isCastableType, isSqlType } from './types.ts';
import { isPosixPattern } from './patterns.ts';
import { canonicalUnit } from './units.ts';

interface Kind {
  /** For the error: "needs <this> as ...". */
  readonly expects: string;
  /** The text in its normal form; undefined where it is not of this kind. */
  readonly read: (value: string) => string | undefined;
}

/** What is checked about a literal before it reaches any SQL. */
export const parameterKinds: Readonly<Record<ParameterKind, Kind>> = {
  sql: { expects: 'an SQL expression', read: (value) => unlessEmpty(value.trim()) },
  text: { expects: 'a text', read: (value) => value },
  pattern: {
    expects:
      'a POSIX pattern: no (?...), no lazy quantifier, of backslashed letters only d, D, s, S, w, W, b, B',
    read: (value) => (isPosixPattern(value) ? value : undefined),
  },
  name: { expects: 'a name (letters, digits, _)', read: matching(/^[A-Za-z_]\w*$/) },
  path: {
    expects: 'a JSON path such as a.b[0] or "odd key".b',
    read: (value) => (parseJsonPath(value) === undefined ? undefined : value.trim()),
  },
  unit: { expects: 'a date part', read: canonicalUnit },
  integer: { expects: 'a whole number', read: matching(/^-?\d+$/) },
  fraction: { expects: 'a number from 0 to 1', read: matching(/^(0|0?\.\d{1,6}|1|1\.0{1,6})$/) },
  boolean: { expects: 'true or false', read: (value) => matching(/^(true|false)$/)(value.toLowerCase()) },
  zone: {
    expects: 'an IANA time zone such as Europe/Berlin',
    read: (value) => (isTimeZone(value.trim()) ? value.trim() : undefined),
  },
  date: {
    expects: 'a date as YYYY-MM-DD',
    read: (value) => (isCalendarDay(value.trim()) ? value.trim() : undefined),
  },
  type: {
    expects: 'an SQL type such as varchar, number(14,2), timestamp',
    read: (value) => (isSqlType(value) ? value.trim().toLowerCase() : undefined),
  },
  castable: {
    expects: 'an SQL type that text can be tried as (no variant, object, array or binary)',
    read: (value) => (isCastableType(value) ? value.trim().toLowerCase() : undefined),
  },
  format: {
    expects: 'a format of YYYY, YY, MM, MON, MMMM, DD, DY, HH24, HH12, AM, MI, SS, FF3, FF6 and separators',
    read: (value) => (isDateFormat(value) ? value : undefined),
  },
  choice: { expects: 'one of the choices', read: (value) => value.trim() },
};

function unlessEmpty(value: string): string | undefined {
  return value === '' ? undefined : value;
}

function matching(pattern: RegExp): (value: string) => string | undefined {
  return (value) => (pattern.test(value.trim()) ? value.trim() : undefined);
}

/** Asking for a zone costs 0.1 ms, and models ask for one thousands of times. */
const zonesAsked = new Map<string, boolean>();

function isTimeZone(zone: string): boolean {
  const known = zonesAsked.get(zone) ?? isKnownToIntl(zone);
  zonesAsked.set(zone, known);
  return known;
}

function isKnownToIntl(zone: string): boolean {
  if (!/^[A-Za-z][\w+-]*(\/[\w+-]+)*$/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function isCalendarDay(day: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return false;
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}
