import type { Capabilities } from '../../../warehouse/capabilities.ts';
import { transformErrors } from '../errors.ts';
import { formatLocation } from '../template/location.ts';
import { textArgument } from '../template/render.ts';
import type { TemplateCall, TemplateFunction } from '../template/render.ts';

export type Dialect = Capabilities['dialect'];

/** A dialect macro: text of SQL expressions in, text of an SQL expression out, once per engine. */
export interface DialectMacro {
  readonly parameters: string;
  readonly description: string;
  readonly render: Readonly<Record<Dialect, (args: readonly string[]) => string>>;
}

/** Types a field of the raw JSON may be read as; raw values are PostgreSQL's text output. */
const fieldTypes: Readonly<Record<string, Readonly<Record<Dialect, (text: string) => string>>>> = {
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

function cast(duckdb: string, snowflake: string): Readonly<Record<Dialect, (text: string) => string>> {
  return {
    duckdb: (text) => `cast(${text} as ${duckdb})`,
    snowflake: (text) => `cast(${text} as ${snowflake})`,
  };
}

const same = (render: (args: readonly string[]) => string): DialectMacro['render'] => ({
  duckdb: render,
  snowflake: render,
});

/** Every macro a model may call for SQL that engines spell differently, or that must be spelt one way everywhere. */
export const dialectMacros: Readonly<Record<string, DialectMacro>> = {
  field: {
    parameters: 'name, type',
    description:
      'A field of the raw JSON row, typed. Types: text, bigint, integer, boolean, date, money, price, rate, timestamp.',
    render: {
      duckdb: ([name = '', type = '']) => `${typed(type, 'duckdb', `data->>'$.${name}'`)} as ${name}`,
      snowflake: ([name = '', type = '']) =>
        `${typed(type, 'snowflake', `data:"${name}"::varchar`)} as ${name}`,
    },
  },
  field_as: {
    parameters: 'name, type, alias',
    description: 'As field(), under another name.',
    render: {
      duckdb: ([name = '', type = '', alias = '']) =>
        `${typed(type, 'duckdb', `data->>'$.${name}'`)} as ${alias}`,
      snowflake: ([name = '', type = '', alias = '']) =>
        `${typed(type, 'snowflake', `data:"${name}"::varchar`)} as ${alias}`,
    },
  },
  cdc_columns: {
    parameters: '',
    description:
      'The log columns that every staging model carries: operation, position in the log, commit time.',
    render: same(() => '_op, _position, _ordinal, _committed_at'),
  },
  minor: {
    parameters: 'amount',
    description: 'Money in minor units: half a cent rounds away from zero, once, at the line.',
    render: same(([amount = '']) => `cast(round((${amount}) * 100) as bigint)`),
  },
  hash_key: {
    parameters: 'parts...',
    description: 'A surrogate key: MD5 over the parts, null told apart from the empty text.',
    render: same(
      (parts) =>
        `md5(${parts.map((part) => `coalesce(cast(${part} as varchar), '~null~')`).join(" || '|' || ")})`,
    ),
  },
  business_date: {
    parameters: 'timestamp, timezone',
    description: 'The calendar day of a UTC timestamp in the business time zone.',
    render: {
      duckdb: ([at = '', zone = '']) => `cast(timezone('${zone}', timezone('UTC', ${at})) as date)`,
      snowflake: ([at = '', zone = '']) => `cast(convert_timezone('UTC', '${zone}', ${at}) as date)`,
    },
  },
  hours_between: {
    parameters: 'from, to',
    description: 'Hours from one timestamp to another, to the minute.',
    render: same(([from = '', to = '']) => `round(datediff('minute', ${from}, ${to}) / 60.0, 2)`),
  },
  asof_join: {
    parameters: 'relation, alias, equality, at',
    description:
      'Left join to the dimension version that was valid at a time. Versions have no gaps, so the nearest start decides; a range join would pair every row with every version first.',
    render: {
      duckdb: ([relation = '', alias = '', on = '', at = '']) =>
        `asof left join ${relation} as ${alias} on ${on} and ${at} >= ${alias}.valid_from`,
      snowflake: ([relation = '', alias = '', on = '', at = '']) =>
        `asof join ${relation} as ${alias} match_condition (${at} >= ${alias}.valid_from) on ${on}`,
    },
  },
  days_series: {
    parameters: 'first, last',
    description: 'One row a day, column date_day, both ends included.',
    render: {
      duckdb: ([first = '', last = '']) =>
        `(select cast(unnest(generate_series(date '${first}', date '${last}', interval 1 day)) as date) as date_day)`,
      snowflake: ([first = '', last = '']) =>
        `(select dateadd(day, row_number() over (order by seq4()) - 1, date '${first}') as date_day from table(generator(rowcount => datediff(day, date '${first}', date '${last}') + 1)))`,
    },
  },
  day_of_week: {
    parameters: 'date',
    description: 'ISO weekday: 1 Monday to 7 Sunday.',
    render: { duckdb: ([day = '']) => `isodow(${day})`, snowflake: ([day = '']) => `dayofweekiso(${day})` },
  },
};

function typed(type: string, dialect: Dialect, text: string): string {
  const render = fieldTypes[type]?.[dialect];
  if (render === undefined) throw new UnknownFieldType(type);
  return render(text);
}

class UnknownFieldType extends Error {
  constructor(type: string) {
    super(`"${type}" is no field type; there are ${Object.keys(fieldTypes).join(', ')}`);
  }
}

/** The macros of one dialect as functions of a template scope. */
export function dialectFunctions(dialect: Dialect): Array<readonly [string, TemplateFunction]> {
  return Object.entries(dialectMacros).map(([name, macro]) => [
    name,
    (call) => renderMacro(macro, dialect, call),
  ]);
}

function renderMacro(macro: DialectMacro, dialect: Dialect, call: TemplateCall): string {
  const args = call.args.map((_, index) => textArgument(call, index));
  try {
    return macro.render[dialect](args);
  } catch (error) {
    if (!(error instanceof UnknownFieldType)) throw error;
    throw transformErrors.error('TRANSFORM_TEMPLATE_ARGUMENT', {
      message: error.message,
      where: formatLocation(call.at),
    });
  }
}
