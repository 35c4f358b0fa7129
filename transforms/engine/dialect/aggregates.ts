import { macro, macroTable } from './macro.ts';
import { boolean, choice, fraction, sql } from './parameters.ts';

const scales = Array.from({ length: 10 }, (_, scale) => String(scale));

/**
 * PERCENTILE_CONT on decimals as Snowflake computes it: interpolated in decimals, with three decimals more than the
 * input, then rounded. DuckDB's own works at the input's scale, and in doubles for wide decimals.
 */
function percentile(value: string, at: string, scale: string): string {
  const position = `(${at} * (len(v) - 1))`;
  const low = `v[cast(floor(${position}) as bigint) + 1]`;
  const high = `v[cast(ceil(${position}) as bigint) + 1]`;
  const rest = `cast(${position} - floor(${position}) as decimal(7,6))`;
  const exact = `cast(${low} + ${rest} * (${high} - ${low}) as decimal(38,9))`;
  return `list_transform([list_sort(list(cast(${value} as decimal(32,6))) filter (where (${value}) is not null))], lambda v: cast(${exact} as decimal(38,${scale})))[1]`;
}

function snowflakePercentile(value: string, at: string, scale: string): string {
  return `cast(percentile_cont(${at}) within group (order by cast(${value} as number(32,6))) as number(38,${scale}))`;
}

function ordered(orderBy: string): string {
  return orderBy === '' ? '' : ` order by ${orderBy}`;
}

function withinGroup(orderBy: string): string {
  return orderBy === '' ? '' : ` within group (order by ${orderBy})`;
}

/** Macros over groups of rows. */
export const aggregateMacros = macroTable({
  list_agg: macro({
    parameters: [sql('value'), sql('separator', "','"), sql('order_by', ''), boolean('distinct', 'false')],
    description:
      "Values as one text, in order; NULLs are left out, and '' stands for no value at all. With distinct, order by the value itself.",
    example: ['sku', "', '", 'line_no'],
    duckdb: ({ value, separator, order_by, distinct }) =>
      `coalesce(string_agg(${distinct === 'true' ? 'distinct ' : ''}${value}, ${separator}${ordered(order_by)}), '')`,
    snowflake: ({ value, separator, order_by, distinct }) =>
      `listagg(${distinct === 'true' ? 'distinct ' : ''}${value}, ${separator})${withinGroup(order_by)}`,
  }),
  array_agg: macro({
    parameters: [sql('value'), sql('order_by', '')],
    description: 'Values as a JSON array, in order; NULLs are left out, and [] stands for no value at all.',
    example: ['sku', 'line_no'],
    duckdb: ({ value, order_by }) =>
      `coalesce(to_json(list(${value}${ordered(order_by)}) filter (where (${value}) is not null)), json('[]'))`,
    snowflake: ({ value, order_by }) => `array_agg(${value})${withinGroup(order_by)}`,
  }),
  median: macro({
    parameters: [sql('value'), choice('scale', scales, '6')],
    description:
      'The exact median of decimals (up to 6 decimals), the mean of the middle two; NULLs are left out.',
    example: ['net_minor', '2'],
    duckdb: ({ value, scale }) => percentile(value, '0.5', scale),
    snowflake: ({ value, scale }) => snowflakePercentile(value, '0.5', scale),
  }),
  percentile: macro({
    parameters: [sql('value'), fraction('fraction'), choice('scale', scales, '6')],
    description:
      'The exact continuous percentile of decimals (up to 6 decimals), interpolated; NULLs are left out.',
    example: ['hours_to_ship', '0.9', '2'],
    duckdb: ({ value, fraction, scale }) => percentile(value, fraction, scale),
    snowflake: ({ value, fraction, scale }) => snowflakePercentile(value, fraction, scale),
  }),
  max_by: macro({
    parameters: [sql('value'), sql('by')],
    description:
      'The value of the row with the greatest "by", NULL or not; rows whose "by" is NULL do not count.',
    example: ['status', 'updated_at'],
    duckdb: ({ value, by }) => `arg_max_null(${value}, ${by})`,
    snowflake: ({ value, by }) => `max_by(${value}, ${by})`,
  }),
  min_by: macro({
    parameters: [sql('value'), sql('by')],
    description:
      'The value of the row with the least "by", NULL or not; rows whose "by" is NULL do not count.',
    example: ['status', 'updated_at'],
    duckdb: ({ value, by }) => `arg_min_null(${value}, ${by})`,
    snowflake: ({ value, by }) => `min_by(${value}, ${by})`,
  }),
  bool_or: macro({
    parameters: [sql('expression')],
    description: 'Whether any row fulfils a condition; NULLs are left out.',
    example: ['is_refunded'],
    duckdb: ({ expression }) => `bool_or(${expression})`,
    snowflake: ({ expression }) => `boolor_agg(${expression})`,
  }),
  bool_and: macro({
    parameters: [sql('condition')],
    description: 'Whether every row fulfils a condition; NULLs are left out.',
    example: ['is_shipped'],
    duckdb: ({ condition }) => `bool_and(${condition})`,
    snowflake: ({ condition }) => `booland_agg(${condition})`,
  }),
  count_if: macro({
    parameters: [sql('condition')],
    description: 'How many rows fulfil a condition.',
    example: ["status = 'paid'"],
    // DuckDB's is NULL where no row has a condition that is not NULL.
    duckdb: ({ condition }) => `coalesce(count_if(${condition}), 0)`,
    snowflake: ({ condition }) => `count_if(${condition})`,
  }),
});
