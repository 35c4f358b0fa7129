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
    description: 'A surrogate key: MD5 over the parts, null told apart from the empty text.',
    example: ['order_id', 'line_no'],
    both: ({ parts }) =>
      `md5(${parts.map((part) => `coalesce(cast(${part} as varchar), '~null~')`).join(" || '|' || ")})`,
  }),
  asof_join: macro({
    parameters: [sql('relation'), name('alias'), sql('equality'), sql('at')],
    description:
      'Left join to the dimension version that was valid at a time. Versions have no gaps, so the nearest start decides; a range join would pair every row with every version first.',
    example: ['dim_product', 'p', 'p.product_id = l.product_id', 'l.placed_at'],
    duckdb: ({ relation, alias, equality, at }) =>
      `asof left join ${relation} as ${alias} on ${equality} and ${at} >= ${alias}.valid_from`,
    snowflake: ({ relation, alias, equality, at }) =>
      `asof join ${relation} as ${alias} match_condition (${at} >= ${alias}.valid_from) on ${equality}`,
  }),
});
