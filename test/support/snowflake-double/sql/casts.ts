import type { DeclaredType } from './types.ts';
import { unknownHere } from './read.ts';
import { looking, quoteText, value } from './value.ts';
import type { KnownType, Value } from './value.ts';

type Cast = (of: Value, type: DeclaredType) => string;

/** What DuckDB's own cast takes for a point in time. */
const moments: ReadonlySet<string | undefined> = new Set(['date', 'ntz', 'tz']);

/** It is read from its text, and is known to be. */
function isRead({ type }: Value): boolean {
  return type === 'text' || type === 'variant';
}

/** How a value of any type becomes one of another, as Snowflake does it: its words, its rounding, its errors. */
const casts: Readonly<Record<KnownType, Cast>> = {
  text: (of, { length }) => {
    const text = textOf(of);
    return length === undefined ? text : `sf_fitting(${text}, ${length})`;
  },
  number: (of, { duckdb }) => {
    if (of.type === 'number' || of.type === 'float') return `cast(${of.text} as ${duckdb})`;
    return `cast(${isRead(of) ? `sf_text_number(${textOf(of)})` : looking('sf_number', of)} as ${duckdb})`;
  },
  float: (of) => {
    if (of.type === 'float') return of.text;
    return `cast(${isRead(of) ? `sf_text_number(${textOf(of)})` : looking('sf_number', of)} as double)`;
  },
  boolean: (of) => {
    if (of.type === 'boolean') return of.text;
    return isRead(of) ? `sf_text_boolean(${textOf(of)})` : looking('sf_boolean', of);
  },
  date: (of) => {
    if (of.wall !== undefined) return `cast(${of.wall} as date)`;
    if (moments.has(of.type)) return `cast(${of.text} as date)`;
    return isRead(of) ? `sf_text_date(${textOf(of)})` : looking('sf_date', of);
  },
  time: (of) => (of.type === 'ntz' ? `cast(${of.text} as time)` : looking('sf_time', of)),
  ntz: (of) => {
    if (of.wall !== undefined) return of.wall;
    if (moments.has(of.type)) return `cast(${of.text} as timestamp)`;
    return isRead(of)
      ? `cast(sf_without_zone(sf_text_moment(${textOf(of)})) as timestamp)`
      : looking('sf_ntz', of);
  },
  tz: (of) => {
    if (moments.has(of.type)) return `cast(${of.text} as timestamptz)`;
    return isRead(of) ? `cast(sf_text_moment(${textOf(of)}) as timestamptz)` : looking('sf_tz', of);
  },
  variant: (of) => (of.type === 'variant' ? of.text : looking('sf_json', of)),
  interval: () => unknownHere('a cast to an interval'),
  null: () => unknownHere('a cast to null'),
};

/** Literals that need no second look. */
const plainLiterals: Readonly<Partial<Record<KnownType, RegExp>>> = {
  date: /^\d{4}-\d{2}-\d{2}$/,
  ntz: /^\d{4}-\d{2}-\d{2}( (?:[01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,6})?)?$/,
  number: /^[+-]?\d+(\.\d+)?$/,
};

export function cast(of: Value, type: DeclaredType): Value {
  if (of.type === 'text' && plainLiterals[type.known]?.test(of.literal ?? '') === true)
    return value(`cast(${of.text} as ${type.duckdb})`, type.known);
  if (of.wall !== undefined && !['ntz', 'date', 'tz'].includes(type.known))
    unknownHere('a timestamp that was moved to a zone, as anything but a date or a timestamp');
  const text = of.type === 'null' ? `cast(null as ${type.duckdb})` : casts[type.known](of, type);
  // A zone that a timestamp was moved to stays with it.
  return {
    text,
    type: type.known,
    ...(type.known === 'tz' && of.wall !== undefined ? { wall: of.wall } : {}),
  };
}

const tries: Readonly<Partial<Record<KnownType, string>>> = {
  number: 'sf_text_number_or_null',
  float: 'sf_text_number_or_null',
  date: 'sf_text_moment_or_null',
  time: 'sf_text_clock_or_null',
  tz: 'sf_text_moment_or_null',
};

/** TRY_CAST: of texts alone. */
export function tryCast(of: Value, type: DeclaredType): Value {
  if (type.known === 'text' && type.length === undefined) return cast(of, type);
  if (of.type !== undefined && of.type !== 'text' && of.type !== 'null')
    return unknownHere('try_cast of what is no text');
  if (type.known === 'boolean') return value(`sf_text_boolean_or_null(${textOf(of)})`, 'boolean');
  if (type.known === 'ntz')
    return value(`try_cast(sf_without_zone(sf_text_moment_or_null(${textOf(of)})) as timestamp)`, 'ntz');
  const form = tries[type.known];
  if (form === undefined) return unknownHere(`try_cast to ${type.duckdb}`);
  return value(`try_cast(${form}(${textOf(of)}) as ${type.duckdb})`, type.known);
}

const texts: Readonly<Partial<Record<KnownType, (text: string) => string>>> = {
  text: (text) => text,
  null: () => 'cast(null as varchar)',
  number: (text) => `cast(${text} as varchar)`,
  boolean: (text) => `cast(${text} as varchar)`,
  date: (text) => `cast(${text} as varchar)`,
  ntz: (text) => `strftime(${text}, '%Y-%m-%d %H:%M:%S.%f')`,
};

/** The text of a value wherever Snowflake takes one for a text, in the formats that our sessions are set to. */
export function textOf(of: Value): string {
  if (of.wall !== undefined) return unknownHere('the text of a timestamp that was moved to a zone');
  if (of.path !== undefined) return `sf_get_text(${of.path.of}, ${quoteText(of.path.at)})`;
  const known = of.type === undefined ? undefined : texts[of.type];
  return known === undefined ? looking('sf_text', of) : known(of.text);
}

/** A point in time: Snowflake reads a text as one. */
export function momentOf(of: Value): Value {
  if (of.wall !== undefined) return value(of.wall, 'ntz');
  return of.type === 'text' || of.type === 'null' ? cast(of, { duckdb: 'timestamp', known: 'ntz' }) : of;
}

/** Moved by an interval of whole days or longer, of which it keeps its type. */
export function moved(of: Value, by: string): Value {
  if (of.type === 'date') return value(`cast(${of.text} + ${by} as date)`, 'date');
  return of.type === 'ntz'
    ? value(`(${of.text} + ${by})`, 'ntz')
    : value(`sf_moved(${of.text}, ${by})`, of.type);
}
