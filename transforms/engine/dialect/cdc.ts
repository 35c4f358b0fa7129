import type { Dialect } from './dialect.ts';
import { parseJsonPath } from './json-path.ts';
import { macro, macroTable } from './macro.ts';
import { choice, name, path, sql, variadic } from './parameters.ts';
import { joinedParts, keyTypes } from './value-text.ts';

/** How a field's text becomes a value: what it must look like in DuckDB, which takes more than Snowflake, and the casts. */
interface FieldType {
  /** SQL that is true of a text that is no such value; Snowflake's casts refuse it themselves. */
  readonly refused?: (text: string) => string;
  readonly cast: Readonly<Record<Dialect, (text: string) => string>>;
}

function castTo(duckdb: string, snowflake: string): FieldType['cast'] {
  return {
    duckdb: (text) => `cast(${text} as ${duckdb})`,
    snowflake: (text) => `cast(${text} as ${snowflake})`,
  };
}

/** DuckDB would also read 1_000 and 0x1A. */
function number(duckdb: string, snowflake: string): FieldType {
  return {
    refused: (text) => `regexp_matches(${text}, '[^-+.0-9eE]')`,
    cast: castTo(duckdb, snowflake),
  };
}

const plain: FieldType = { cast: { duckdb: (text) => text, snowflake: (text) => text } };

/** Types a field of the raw JSON may be read as; raw values are text as the source wrote it. */
const fieldTypes: Readonly<Record<string, FieldType>> = {
  text: plain,
  bigint: number('bigint', 'number(38,0)'),
  // What a contract's `integer` is there; DuckDB's has the 32 bits of PostgreSQL's.
  integer: number('integer', 'number(38,0)'),
  boolean: { cast: castTo('boolean', 'boolean') },
  // A global id of Shopify's, gid://shopify/Order/7?x=y: the number is what its REST API and the shop know.
  gid: {
    refused: (text) => `not regexp_matches(${text}, '^gid://shopify/[A-Za-z]+/[0-9]+([?].*)?$')`,
    cast: {
      duckdb: (text) => `cast(regexp_extract(${text}, '/([0-9]+)([?].*)?$', 1) as bigint)`,
      snowflake: (text) =>
        `cast(coalesce(regexp_substr(${text}, '^gid://shopify/[A-Za-z]+/([0-9]+)([?].*)?$', 1, 1, 'e', 1), ${text}) as number(38,0))`,
    },
  },
  // A code that sources write in either case: currencies, countries.
  code: { cast: { duckdb: (text) => `upper(${text})`, snowflake: (text) => `upper(${text})` } },
  // A number of ours that somebody put into another system: whatever else stands there is no reason to lose the row.
  reference: {
    cast: {
      duckdb: (text) =>
        `case when regexp_full_match(${text}, '[0-9]{1,18}') then cast(${text} as bigint) end`,
      snowflake: (text) =>
        `case when regexp_like(${text}, '[0-9]{1,18}') then cast(${text} as number(38,0)) end`,
    },
  },
  // Whole seconds since 1970, as Stripe writes times.
  epoch: {
    refused: (text) => `not regexp_full_match(${text}, '[0-9]{1,11}')`,
    cast: {
      duckdb: (text) => `make_timestamp(cast(${text} as bigint) * 1000000)`,
      snowflake: (text) => `to_timestamp_ntz(cast(${text} as number(38,0)), 0)`,
    },
  },
  // PostgreSQL has infinity, years after 9999 and before Christ; a day that no calendar has must not be published.
  date: { refused: (text) => `${text} not like '____-__-__'`, cast: castTo('date', 'date') },
  money: number('decimal(14,2)', 'number(14,2)'),
  // Money of any currency: some have three digits, and some very large numbers.
  amount: number('decimal(18,4)', 'number(18,4)'),
  price: number('decimal(12,4)', 'number(12,4)'),
  rate: number('decimal(8,4)', 'number(8,4)'),
  timestamp: {
    refused: (text) => `${text} not like '____-__-__%'`,
    cast: {
      duckdb: (text) => `cast(cast(${text} as timestamptz) as timestamp)`,
      snowflake: (text) => `convert_timezone('UTC', cast(${text} as timestamp_tz))::timestamp_ntz`,
    },
  },
};

const typeNames = Object.keys(fieldTypes);

const fieldText: Readonly<Record<Dialect, (of: string) => string>> = {
  duckdb: (of) => `(data->>'$.${of}')`,
  // A key in brackets is a text and never an identifier, whatever a session does with the case of those.
  snowflake: (of) =>
    `cast(data${(parseJsonPath(of) ?? []).map((step) => `[${keyOf(step)}]`).join('')} as varchar)`,
};

function keyOf(step: string | number): string {
  return typeof step === 'number' ? String(step) : `'${step}'`;
}

function field(of: string, type: string, alias: string, dialect: Dialect): string {
  const text = fieldText[dialect](of);
  const { refused, cast } = fieldTypes[type] ?? plain;
  const value = cast[dialect](text);
  if (dialect === 'snowflake' || refused === undefined) return `${value} as ${alias}`;
  return `case when ${refused(text)} then error('${of} is no ${type}: ' || ${text}) else ${value} end as ${alias}`;
}

const versionJoin = [sql('relation'), name('alias'), sql('equality'), sql('at')] as const;

/** Macros that read the raw log, make keys, and join versions. */
export const cdcMacros = macroTable({
  field: macro({
    parameters: [name('name'), choice('type', typeNames)],
    description: `A field of the raw JSON row, typed; a text that is no such value, infinity among them, is an error. Types: ${typeNames.join(', ')}.`,
    example: ['placed_at', 'timestamp'],
    both: ({ name, type }, dialect) => field(name, type, name, dialect),
  }),
  field_as: macro({
    parameters: [path('path'), choice('type', typeNames), name('alias')],
    description: 'As field(), under another name; the path may lead into nested objects.',
    example: ['customer.id', 'gid', 'customer_id'],
    both: ({ path, type, alias }, dialect) => field(path, type, alias, dialect),
  }),
  cdc_columns: macro({
    parameters: [],
    description:
      'The log columns that every staging model carries: operation, position in the log, commit time.',
    example: [],
    both: () => '_op, _position, _ordinal, _committed_at',
  }),
  hash_key: macro({
    parameters: [variadic(sql('parts'))],
    description:
      'A surrogate key: a whole number from 0 to 2^63 - 1, the lower 63 bits of the MD5 over the parts, no two lists of parts alike and null told apart from any text; floats have no place in it. The project variable hash_salt is a further part where it is set.',
    example: ['order_id', 'line_no'],
    // DuckDB's md5_number_lower reads the bytes the other way round; hexadecimal digits have one order only.
    duckdb: ({ parts }) =>
      `cast(cast('0x' || substr(md5(${joinedParts(parts, 'duckdb')}), 17) as ubigint) & 9223372036854775807 as bigint)`,
    snowflake: ({ parts }) =>
      `cast(mod(md5_number_lower64(${joinedParts(parts, 'snowflake')}), 9223372036854775808) as bigint)`,
  }),
  hash_text: macro({
    parameters: [variadic(sql('parts'))],
    description:
      'MD5 over the parts as a text of 32 hexadecimal digits, no two lists of parts alike and null told apart from any text: 128 bits, for keys of very many rows that nothing is joined by, and for comparing.',
    example: ['event_type', 'order_id'],
    both: ({ parts }, dialect) => `md5(${joinedParts(parts, dialect)})`,
  }),
  key_text: macro({
    parameters: [sql('value'), choice('type', Object.keys(keyTypes))],
    description: `A value as both engines write it, to be a part of a key: timestamps with six digits, whatever a session is set to. Types: ${Object.keys(keyTypes).join(', ')}.`,
    example: ['valid_from', 'timestamp'],
    both: ({ value, type }, dialect) => keyTypes[type]?.(value, dialect) ?? value,
  }),
  asof_join: macro({
    parameters: versionJoin,
    description:
      'Left join to the dimension version that was valid at a time. Versions have no gaps, so the nearest start decides; a range join would pair every row with every version first.',
    example: ['dim_product', 'p', 'p.product_id = l.product_id', 'l.placed_at'],
    duckdb: ({ relation, alias, equality, at }) =>
      `asof left join ${relation} as ${alias} on ${equality} and ${at} >= ${alias}.valid_from`,
    snowflake: ({ relation, alias, equality, at }) =>
      `asof join ${relation} as ${alias} match_condition (${at} >= ${alias}.valid_from) on ${equality}`,
  }),
  version_join: macro({
    parameters: versionJoin,
    description:
      'As asof_join, which becomes this where only touched keys are computed: the same rows by a range join, which costs less where they are few.',
    example: ['dim_product', 'p', 'p.product_id = l.product_id', 'l.placed_at'],
    // The newest version also holds from its end on: a time after 9999-12-30 finds it in an as-of join, too.
    both: ({ relation, alias, equality, at }) =>
      `left join ${relation} as ${alias} on ${equality} and ${at} >= ${alias}.valid_from and least(${at}, timestamp '9999-12-30 23:59:59') < ${alias}.valid_to`,
  }),
});
