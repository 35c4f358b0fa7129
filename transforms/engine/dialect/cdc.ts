import type { Dialect } from './dialect.ts';
import { macro, macroTable } from './macro.ts';
import { choice, name, sql, variadic } from './parameters.ts';

type Cast = Readonly<Record<Dialect, (text: string) => string>>;

function cast(duckdb: string, snowflake: string): Cast {
  return {
    duckdb: (text) => `cast(${text} as ${duckdb})`,
    snowflake: (text) => `cast(${text} as ${snowflake})`,
  };
}

/** Types a field of the raw JSON may be read as; raw values are PostgreSQL's text output. */
const fieldTypes: Readonly<Record<string, Cast>> = {
  text: { duckdb: (text) => text, snowflake: (text) => text },
  bigint: cast('bigint', 'number(38,0)'),
  integer: cast('integer', 'number(10,0)'),
  boolean: cast('boolean', 'boolean'),
  date: cast('date', 'date'),
  money: cast('decimal(14,2)', 'number(14,2)'),
  price: cast('decimal(12,4)', 'number(12,4)'),
  rate: cast('decimal(8,4)', 'number(8,4)'),
  timestamp: {
    duckdb: (text) => `cast(cast(${text} as timestamptz) as timestamp)`,
    snowflake: (text) => `convert_timezone('UTC', cast(${text} as timestamp_tz))::timestamp_ntz`,
  },
};

const typeNames = Object.keys(fieldTypes);

function field(of: string, type: string, alias: string, dialect: Dialect): string {
  const text = dialect === 'duckdb' ? `data->>'$.${of}'` : `data:"${of}"::varchar`;
  return `${fieldTypes[type]?.[dialect](text)} as ${alias}`;
}

function joined(parts: readonly string[]): string {
  return parts.map((part) => `coalesce(cast(${part} as varchar), '~null~')`).join(" || '|' || ");
}

const versionJoin = [sql('relation'), name('alias'), sql('equality'), sql('at')] as const;

export const cdcMacros = macroTable({
  field: macro({
    parameters: [name('name'), choice('type', typeNames)],
    description: `A field of the raw JSON row, typed. Types: ${typeNames.join(', ')}.`,
    example: ['placed_at', 'timestamp'],
    both: ({ name, type }, dialect) => field(name, type, name, dialect),
  }),
  field_as: macro({
    parameters: [name('name'), choice('type', typeNames), name('alias')],
    description: 'As field(), under another name.',
    example: ['id', 'bigint', 'order_id'],
    both: ({ name, type, alias }, dialect) => field(name, type, alias, dialect),
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
      'A surrogate key: a whole number from 0 to 2^63 - 1, the lower 63 bits of the MD5 over the parts, null told apart from the empty text. The project variable hash_salt is a further part where it is set.',
    example: ['order_id', 'line_no'],
    // DuckDB's md5_number_lower reads the bytes the other way round; hexadecimal digits have one order only.
    duckdb: ({ parts }) =>
      `cast(cast('0x' || substr(md5(${joined(parts)}), 17) as ubigint) & 9223372036854775807 as bigint)`,
    snowflake: ({ parts }) =>
      `cast(mod(md5_number_lower64(${joined(parts)}), 9223372036854775808) as bigint)`,
  }),
  hash_text: macro({
    parameters: [variadic(sql('parts'))],
    description:
      'MD5 over the parts as a text of 32 hexadecimal digits, null told apart from the empty text: 128 bits, for keys of very many rows that nothing is joined by, and for comparing.',
    example: ['event_type', 'order_id'],
    both: ({ parts }) => `md5(${joined(parts)})`,
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
