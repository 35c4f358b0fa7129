import type { Dialect } from './dialect.ts';
import { literal } from './literals.ts';
import { macro, macroTable } from './macro.ts';
import { integer, pattern, sql, variadic, text } from './parameters.ts';
import { valueText } from './value-text.ts';

/** The characters after which Snowflake's INITCAP starts a word, as a class of a regular expression. */
const wordBreaks = String.raw`\s!?@"^#$&~_,.:;+\-*%/|\\\[\](){}<>`;

function initcap(value: string): string {
  const words = literal(`[^${wordBreaks}]+|[${wordBreaks}]+`, 'duckdb');
  return `array_to_string(list_transform(regexp_extract_all(lower(${value}), ${words}), lambda w: upper(w[1]) || w[2:]), '')`;
}

/** Part 0 is the first, an empty delimiter does not split; DuckDB alone gives '' and single letters. */
export function splitPart(value: string, delimiter: string, part: string, dialect: Dialect): string {
  if (dialect === 'snowflake') return `split_part(${value}, ${delimiter}, ${part})`;
  const place = `case when (${part}) = 0 then 1 else (${part}) end`;
  const whole = `case when ${place} in (1, -1) then ${value} when (${part}) is not null then '' end`;
  return `case when (${delimiter}) = '' then ${whole} else split_part(${value}, ${delimiter}, ${place}) end`;
}

function asText(values: readonly string[], dialect: Dialect): readonly string[] {
  return values.map((each) => valueText(each, dialect));
}

function joined(separator: string, parts: readonly string[]): string {
  return asText(parts, 'duckdb').join(` || ${separator} || `);
}

/** Macros on texts. */
export const textMacros = macroTable({
  initcap: macro({
    parameters: [sql('value')],
    description:
      'Each word capitalised, the rest in lower case; words break at white space and punctuation, not at an apostrophe.',
    example: ['city'],
    duckdb: ({ value }) => initcap(value),
    snowflake: ({ value }) => `initcap(${value})`,
  }),
  startswith: macro({
    parameters: [sql('value'), sql('prefix')],
    description: 'Whether a text starts with another; case counts.',
    example: ['sku', "'GC-'"],
    duckdb: ({ value, prefix }) => `starts_with(${value}, ${prefix})`,
    snowflake: ({ value, prefix }) => `startswith(${value}, ${prefix})`,
  }),
  endswith: macro({
    parameters: [sql('value'), sql('suffix')],
    description: 'Whether a text ends with another; case counts.',
    example: ['email', "'@example.com'"],
    duckdb: ({ value, suffix }) => `ends_with(${value}, ${suffix})`,
    snowflake: ({ value, suffix }) => `endswith(${value}, ${suffix})`,
  }),
  contains: macro({
    parameters: [sql('value'), sql('part')],
    description: 'Whether a text contains another; case counts.',
    example: ['note', "'fragile'"],
    both: ({ value, part }) => `contains(${value}, ${part})`,
  }),
  split_part: macro({
    parameters: [sql('string_text'), sql('delimiter_text'), sql('part_number')],
    description:
      "The part of a text between delimiters, from 1, or from the end below 0; '' where there is none, the whole text for an empty delimiter.",
    example: ['order_number', "'-'", '-1'],
    both: ({ string_text, delimiter_text, part_number }, dialect) =>
      splitPart(string_text, delimiter_text, part_number, dialect),
  }),
  regexp_substr: macro({
    parameters: [sql('value'), pattern('pattern'), integer('group', '0')],
    description:
      'The first match of a pattern (or of one of its groups); NULL without one. The pattern is plain text.',
    example: ['note', '[A-Z]{2}[0-9]+'],
    duckdb: ({ value, pattern, group }) => {
      const quoted = literal(pattern, 'duckdb');
      return `case when regexp_matches(${value}, ${quoted}) then regexp_extract(${value}, ${quoted}, ${group}) end`;
    },
    snowflake: ({ value, pattern, group }) => {
      const quoted = literal(pattern, 'snowflake');
      return group === '0'
        ? `regexp_substr(${value}, ${quoted})`
        : `regexp_substr(${value}, ${quoted}, 1, 1, 'e', ${group})`;
    },
  }),
  regexp_like: macro({
    parameters: [sql('value'), pattern('pattern')],
    description: 'Whether a pattern matches the whole text.',
    example: ['sku', '[A-Z]+-[0-9]+'],
    duckdb: ({ value, pattern }) => `regexp_full_match(${value}, ${literal(pattern, 'duckdb')})`,
    snowflake: ({ value, pattern }) => `regexp_like(${value}, ${literal(pattern, 'snowflake')})`,
  }),
  regexp_replace: macro({
    parameters: [sql('value'), pattern('pattern'), text('replacement', '')],
    description: String.raw`Every match of a pattern replaced; \1 stands for its first group.`,
    example: ['phone', '[^0-9]'],
    duckdb: ({ value, pattern, replacement }) =>
      `regexp_replace(${value}, ${literal(pattern, 'duckdb')}, ${literal(replacement, 'duckdb')}, 'g')`,
    snowflake: ({ value, pattern, replacement }) =>
      `regexp_replace(${value}, ${literal(pattern, 'snowflake')}, ${literal(replacement, 'snowflake')})`,
  }),
  regexp_count: macro({
    parameters: [sql('value'), pattern('pattern')],
    description: 'How often a pattern matches.',
    example: ['tags', '[^,]+'],
    duckdb: ({ value, pattern }) => `len(regexp_extract_all(${value}, ${literal(pattern, 'duckdb')}))`,
    snowflake: ({ value, pattern }) => `regexp_count(${value}, ${literal(pattern, 'snowflake')})`,
  }),
  concat: macro({
    parameters: [variadic(sql('fields'))],
    description: 'Texts put together; NULL where any of them is NULL.',
    example: ['first_name', "' '", 'last_name'],
    both: ({ fields }, dialect) => `(${asText(fields, dialect).join(' || ')})`,
  }),
  concat_ws: macro({
    parameters: [sql('separator'), variadic(sql('parts'))],
    description: 'Texts put together with a separator; NULL where any of them is NULL.',
    example: ["', '", 'city', 'country'],
    duckdb: ({ separator, parts }) =>
      parts.length === 1
        ? `case when (${separator}) is not null then ${joined(separator, parts)} end`
        : `(${joined(separator, parts)})`,
    snowflake: ({ separator, parts }) =>
      `concat_ws(${[separator, ...asText(parts, 'snowflake')].join(', ')})`,
  }),
  sha256: macro({
    parameters: [sql('value')],
    description: 'SHA-256 of a text (UTF-8), as 64 hexadecimal digits in lower case.',
    example: ['lower(email)'],
    duckdb: ({ value }) => `sha256(${valueText(value, 'duckdb')})`,
    snowflake: ({ value }) => `sha2(${valueText(value, 'snowflake')}, 256)`,
  }),
  md5: macro({
    parameters: [sql('value')],
    description: 'MD5 of a text (UTF-8), as 32 hexadecimal digits in lower case; for keys, not for secrets.',
    example: ['email'],
    both: ({ value }, dialect) => `md5(${valueText(value, dialect)})`,
  }),
});
