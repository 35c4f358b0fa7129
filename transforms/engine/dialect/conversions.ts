import type { Dialect } from './dialect.ts';
import { literal } from './literals.ts';
import { macro, macroTable } from './macro.ts';
import { integer, sql } from './parameters.ts';

/** What counts as a number; DuckDB alone would also take 1_000, 0x1A and Infinity. */
const number = String.raw`[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?`;
const day = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const clock = '([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?';
const zone = '(Z|[+-][0-9]{2}(:?[0-9]{2})?)';
const moment = `${day}[ T]${clock}${zone}?`;

const words = {
  true: ['true', 't', 'yes', 'y', 'on', '1'],
  false: ['false', 'f', 'no', 'n', 'off', '0'],
} as const;

function anyOf(list: readonly string[]): string {
  return list.map((each) => `'${each}'`).join(', ');
}

function asText(value: string): string {
  return `trim(cast(${value} as varchar))`;
}

function matchesIn(value: string, pattern: string, dialect: Dialect): string {
  const quoted = literal(pattern, dialect);
  return `${dialect === 'duckdb' ? 'regexp_full_match' : 'regexp_like'}(${asText(value)}, ${quoted})`;
}

function replacedIn(text: string, pattern: string, replacement: string, dialect: Dialect): string {
  return `regexp_replace(${text}, ${literal(pattern, dialect)}, ${literal(replacement, dialect)})`;
}

/** ISO text as both engines read it alike: six digits of a second at most, an offset with minutes and a colon. */
function isoText(value: string, dialect: Dialect): string {
  const cut = replacedIn(asText(value), '([.][0-9]{6})[0-9]+', String.raw`\1`, dialect);
  const whole = replacedIn(cut, '(:[0-9.]+[+-][0-9]{2})$', String.raw`\1:00`, dialect);
  return replacedIn(whole, '([+-][0-9]{2})([0-9]{2})$', String.raw`\1:\2`, dialect);
}

const utcOf: Readonly<Record<Dialect, (text: string) => string>> = {
  duckdb: (text) => `timezone('UTC', try_cast(${text} as timestamptz))`,
  snowflake: (text) => `cast(convert_timezone('UTC', try_to_timestamp_tz(${text})) as timestamp_ntz)`,
};

/** ISO text with or without a zone as a UTC timestamp; NULL for any other form. */
function tryMoment(value: string, dialect: Dialect): string {
  return `case when ${matchesIn(value, moment, dialect)} then ${utcOf[dialect](isoText(value, dialect))} end`;
}

/** The text of a value that an engine is to try to read as a type, and the form it must have: each reads more. */
const forms: Readonly<
  Record<string, { readonly pattern: string; readonly text: (value: string, dialect: Dialect) => string }>
> = {
  date: { pattern: `${day}([ T]${clock})?`, text: (value) => `left(${asText(value)}, 10)` },
  time: { pattern: clock, text: isoText },
  timestamp: { pattern: `${day}([ T]${clock})?`, text: isoText },
  timestamp_ntz: { pattern: `${day}([ T]${clock})?`, text: isoText },
  timestamptz: { pattern: moment, text: isoText },
  timestamp_tz: { pattern: moment, text: isoText },
  double: { pattern: number, text: asText },
  float: { pattern: number, text: asText },
};

/** Text as a value of an engine's own type; NULL where it has not the one form that both engines read alike. */
export function tryAs(value: string, type: string, dialect: Dialect): string {
  const form = forms[type];
  if (form === undefined) return `try_cast(cast(${value} as varchar) as ${type})`;
  return `case when ${matchesIn(value, form.pattern, dialect)} then try_cast(${form.text(value, dialect)} as ${type}) end`;
}

/** Text as a boolean by Snowflake's words, in either engine; NULL for any other. */
export function tryBoolean(value: string): string {
  const word = `lower(${asText(value)})`;
  return `case when ${word} in (${anyOf(words.true)}) then true when ${word} in (${anyOf(words.false)}) then false end`;
}

/** Text as a number of a DuckDB type; NULL where Snowflake would not read it as one. */
export function tryNumberInDuckdb(value: string, type: string): string {
  return `case when ${matchesIn(value, number, 'duckdb')} then try_cast(${asText(value)} as ${type}) end`;
}

/** Macros that read text as a type, NULL where it is none. */
export const conversionMacros = macroTable({
  try_to_number: macro({
    parameters: [sql('value'), integer('precision', '38'), integer('scale', '0')],
    description: 'Text as a decimal, half away from zero; NULL where it is no plain number or does not fit.',
    example: ['amount', '14', '2'],
    duckdb: ({ value, precision, scale }) => tryNumberInDuckdb(value, `decimal(${precision},${scale})`),
    snowflake: ({ value, precision, scale }) => `try_to_number(${asText(value)}, ${precision}, ${scale})`,
  }),
  try_to_date: macro({
    parameters: [sql('value')],
    description: 'Text as YYYY-MM-DD; NULL for any other form and for days that do not exist.',
    example: ['birthday'],
    duckdb: ({ value }) =>
      `case when ${matchesIn(value, day, 'duckdb')} then try_cast(${asText(value)} as date) end`,
    snowflake: ({ value }) =>
      `case when ${matchesIn(value, day, 'snowflake')} then try_to_date(${asText(value)}, 'YYYY-MM-DD') end`,
  }),
  try_to_timestamp: macro({
    parameters: [sql('value')],
    description:
      'ISO text (YYYY-MM-DD HH:MM:SS[.f][zone]) as a UTC timestamp (NTZ); without a zone it is UTC; digits after the sixth are cut; NULL for any other form.',
    example: ['created_at'],
    both: ({ value }, dialect) => tryMoment(value, dialect),
  }),
  try_to_boolean: macro({
    parameters: [sql('value')],
    description: 'true/t/yes/y/on/1 and false/f/no/n/off/0 in any case; NULL for anything else.',
    example: ['is_active'],
    both: ({ value }) => tryBoolean(value),
  }),
  boolean_text: macro({
    parameters: [sql('value')],
    description: "A boolean as 'true' or 'false'.",
    example: ['is_test'],
    both: ({ value }) => `case when ${value} then 'true' when not (${value}) then 'false' end`,
  }),
});
