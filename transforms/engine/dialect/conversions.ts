import { literal } from './literals.ts';
import { macro, macroTable } from './macro.ts';
import { integer, sql } from './parameters.ts';

/** What counts as a number; DuckDB alone would also take 1_000, 0x1A and Infinity. */
const number = String.raw`[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?`;
const day = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const clock = '[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?';
const moment = `${day}[ T]${clock}(Z|[+-][0-9]{2}(:?[0-9]{2})?)?`;

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

function matchesIn(value: string, pattern: string, isDuckdb: boolean): string {
  const quoted = literal(pattern, isDuckdb ? 'duckdb' : 'snowflake');
  return `${isDuckdb ? 'regexp_full_match' : 'regexp_like'}(${asText(value)}, ${quoted})`;
}

/** Text as a boolean by Snowflake's words, in either engine; NULL for any other. */
export function tryBoolean(value: string): string {
  const word = `lower(${asText(value)})`;
  return `case when ${word} in (${anyOf(words.true)}) then true when ${word} in (${anyOf(words.false)}) then false end`;
}

/** Text as a number of a DuckDB type; NULL where Snowflake would not read it as one. */
export function tryNumberInDuckdb(value: string, type: string): string {
  return `case when ${matchesIn(value, number, true)} then try_cast(${asText(value)} as ${type}) end`;
}

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
      `case when ${matchesIn(value, day, true)} then try_cast(${asText(value)} as date) end`,
    snowflake: ({ value }) =>
      `case when ${matchesIn(value, day, false)} then try_to_date(${asText(value)}, 'YYYY-MM-DD') end`,
  }),
  try_to_timestamp: macro({
    parameters: [sql('value')],
    description:
      'ISO text (YYYY-MM-DD HH:MM:SS[.f][zone]) as a UTC timestamp (NTZ); without a zone it is UTC; NULL for any other form.',
    example: ['created_at'],
    duckdb: ({ value }) =>
      `case when ${matchesIn(value, moment, true)} then timezone('UTC', try_cast(${asText(value)} as timestamptz)) end`,
    snowflake: ({ value }) =>
      // Snowflake's detection wants minutes in the offset, PostgreSQL writes +00.
      `case when ${matchesIn(value, moment, false)} then cast(convert_timezone('UTC', try_to_timestamp_tz(regexp_replace(${asText(value)}, '([+-][0-9]{2})$', '\\\\1:00'))) as timestamp_ntz) end`,
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
