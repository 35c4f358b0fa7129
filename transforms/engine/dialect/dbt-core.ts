import { tryAs, tryBoolean, tryNumberInDuckdb } from './conversions.ts';
import { dateAdd, dateDiff, dateSeries, dateTrunc, lastDay, wholeNumbers } from './dates.ts';
import type { Dialect } from './dialect.ts';
import { dialectErrors } from './errors.ts';
import { macro, macroTable } from './macro.ts';
import { castableType, integer, list, sql, sqlTypeName, text, unit } from './parameters.ts';
import { splitPart } from './text.ts';
import { sqlType } from './types.ts';
import { allUnits, periodUnits } from './units.ts';
import { valueText } from './value-text.ts';

const now: Readonly<Record<Dialect, string>> = {
  duckdb: "timezone('UTC', now())",
  snowflake: "cast(convert_timezone('UTC', current_timestamp()) as timestamp_ntz)",
};

function nowMacro(description: string) {
  return macro({ parameters: [], description, example: [], both: (_, dialect) => now[dialect] });
}

function typeMacro(type: string, description: string) {
  return macro({ parameters: [], description, example: [], both: (_, dialect) => sqlType(type, dialect) });
}

function safeCast(field: string, type: string, dialect: Dialect): string {
  const target = sqlType(type, dialect);
  if (dialect === 'duckdb' && target === 'boolean') return tryBoolean(field);
  if (dialect === 'duckdb' && /^(?:bigint|decimal)/.test(target)) return tryNumberInDuckdb(field, target);
  if (target.startsWith('varchar')) return cast(field, type, dialect);
  // TRY_CAST takes only text in Snowflake.
  return tryAs(field, target, dialect);
}

/** A cast to a number of a float rounds to the even neighbour in DuckDB, half away from zero in Snowflake. */
function cast(field: string, type: string, dialect: Dialect): string {
  const target = sqlType(type, dialect);
  if (target === 'varchar') return valueText(field, dialect);
  const plain = `cast(${field} as ${target})`;
  if (dialect === 'snowflake' || target !== 'bigint') return plain;
  return `case when typeof(${field}) in ('DOUBLE', 'FLOAT') then cast(round(cast(${field} as double)) as ${target}) else ${plain} end`;
}

function withoutKeyword(orderBy: string): string {
  return orderBy.replace(/^order\s+by\s+/i, '');
}

interface Listagg {
  readonly measure: string;
  readonly delimiter_text: string;
  readonly order_by_clause: string;
  readonly limit_num: string;
}

function duckdbListagg({ measure, delimiter_text, order_by_clause, limit_num }: Listagg): string {
  const order = order_by_clause === '' ? '' : ` order by ${withoutKeyword(order_by_clause)}`;
  if (limit_num === '') return `coalesce(string_agg(${measure}, ${delimiter_text}${order}), '')`;
  const kept = `list_filter(list(${measure}${order}), lambda v: v is not null)[1:${limit_num}]`;
  return `coalesce(array_to_string(${kept}, ${delimiter_text}), '')`;
}

function snowflakeListagg({ measure, delimiter_text, order_by_clause, limit_num }: Listagg): string {
  const within = order_by_clause === '' ? '' : ` within group (order by ${withoutKeyword(order_by_clause)})`;
  if (limit_num === '') return `listagg(${measure}, ${delimiter_text})${within}`;
  return `array_to_string(array_slice(array_agg(${measure})${within}, 0, ${limit_num}), ${delimiter_text})`;
}

function calendarDay(year: string, month: string, day: string): string {
  const text = `${year.padStart(4, '0')}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const time = Date.parse(`${text}T00:00:00Z`);
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(text)) return `cast('${text}' as date)`;
  throw dialectErrors.error('DIALECT_ARGUMENT', {
    message: `dbt.date() needs a day that exists, got ${text}`,
  });
}

/** The exponent of the first power of two, from 2, that is not below a number. */
function powerOfTwo(bound: number): number {
  let power = 1;
  while (2 ** power < bound) power += 1;
  return power;
}

const dateAndTimes = macroTable(
  {
    current_timestamp: nowMacro('The time of the statement in UTC, without a zone.'),
    current_timestamp_backcompat: nowMacro('As current_timestamp.'),
    current_timestamp_in_utc_backcompat: nowMacro('As current_timestamp.'),
    snapshot_get_time: nowMacro('As current_timestamp.'),
    get_snapshot_get_time_data_type: typeMacro('timestamp', 'The type of snapshot_get_time.'),
    date: macro({
      parameters: [integer('year'), integer('month'), integer('day')],
      description: 'A DATE of three numbers; it must exist.',
      example: ['2024', '2', '29'],
      both: ({ year, month, day }) => calendarDay(year, month, day),
    }),
    date_spine: macro({
      parameters: [unit('datepart', allUnits), sql('start_date'), sql('end_date')],
      description:
        'A query of one row a unit, column date_<datepart>, from the start up to, without, the end.',
      example: ['day', "cast('2024-01-01' as date)", "cast('2025-01-01' as date)"],
      both: ({ datepart, start_date, end_date }, dialect) =>
        dateSeries({ unit: datepart, first: start_date, last: end_date, isLastIncluded: false }, dialect),
    }),
    date_trunc: macro({
      parameters: [unit('datepart', allUnits), sql('date')],
      description: 'The start of the unit; weeks start on Monday. A DATE stays a DATE.',
      example: ['month', 'placed_at'],
      both: ({ datepart, date }, dialect) => dateTrunc(datepart, date, dialect),
    }),
    dateadd: macro({
      parameters: [unit('datepart', allUnits), sql('interval'), sql('from_date_or_timestamp')],
      description: 'A date or timestamp moved by whole units, its type kept.',
      example: ['day', '1', 'order_date'],
      both: ({ datepart, interval, from_date_or_timestamp }, dialect) =>
        dateAdd(datepart, interval, from_date_or_timestamp, dialect),
    }),
    datediff: macro({
      parameters: [sql('first_date'), sql('second_date'), unit('datepart', allUnits)],
      description: 'Boundaries of a unit passed from the first point in time to the second.',
      example: ['placed_at', 'shipped_at', 'day'],
      both: ({ first_date, second_date, datepart }, dialect) =>
        dateDiff(datepart, first_date, second_date, dialect),
    }),
    last_day: macro({
      parameters: [sql('date'), unit('datepart', periodUnits)],
      description: 'The last day of the year, quarter, month or week, as a DATE.',
      example: ['order_date', 'quarter'],
      both: ({ date, datepart }, dialect) => lastDay(datepart, date, dialect),
    }),
  },
  'dbt.',
);

const texts = macroTable(
  {
    cast_bool_to_text: macro({
      parameters: [sql('field')],
      description: "A boolean as 'true' or 'false'.",
      example: ['is_test'],
      both: ({ field }) => `cast(cast(${field} as boolean) as varchar)`,
    }),
    concat: macro({
      parameters: [list(sql('fields'))],
      description: 'The texts of a list put together; NULL where any of them is NULL.',
      example: [['first_name', "' '", 'last_name']],
      both: ({ fields }) => fields.join(' || '),
    }),
    escape_single_quotes: macro({
      parameters: [text('expression')],
      description: 'A text with its single quotes doubled, to stand between quotes.',
      example: ["they're"],
      both: ({ expression }) => expression.replaceAll("'", "''"),
    }),
    hash: macro({
      parameters: [sql('field')],
      description: 'MD5 of a value as text.',
      example: ['order_id'],
      both: ({ field }, dialect) => `md5(${valueText(field, dialect)})`,
    }),
    length: macro({
      parameters: [sql('expression')],
      description: 'The number of characters.',
      example: ['sku'],
      both: ({ expression }) => `length(${expression})`,
    }),
    position: macro({
      parameters: [sql('substring_text'), sql('string_text')],
      description: 'Where a text first stands in another, from 1; 0 where it does not.',
      example: ["'-'", 'order_number'],
      both: ({ substring_text, string_text }) => `position(${substring_text} in ${string_text})`,
    }),
    replace: macro({
      parameters: [sql('field'), sql('old_chars'), sql('new_chars')],
      description: 'Every occurrence of a text replaced.',
      example: ['sku', "'-'", "''"],
      both: ({ field, old_chars, new_chars }) => `replace(${field}, ${old_chars}, ${new_chars})`,
    }),
    right: macro({
      parameters: [sql('string_text'), sql('length_expression')],
      description: "The last characters of a text; '' for a length of 0 or less.",
      example: ['order_number', '4'],
      both: ({ string_text, length_expression }) =>
        `right(${string_text}, case when (${length_expression}) < 0 then 0 else (${length_expression}) end)`,
    }),
    split_part: macro({
      parameters: [sql('string_text'), sql('delimiter_text'), sql('part_number')],
      description: 'As split_part.',
      example: ['order_number', "'-'", '1'],
      both: ({ string_text, delimiter_text, part_number }, dialect) =>
        splitPart(string_text, delimiter_text, part_number, dialect),
    }),
    string_literal: macro({
      parameters: [text('value')],
      description: 'A text between quotes, not escaped (see escape_single_quotes).',
      example: ['web'],
      both: ({ value }) => `'${value}'`,
    }),
  },
  'dbt.',
);

const types = macroTable(
  {
    cast: macro({
      parameters: [sql('field'), sqlTypeName('type')],
      description: 'A value as another type, named as in Snowflake.',
      example: ['order_id', 'string'],
      both: ({ field, type }, dialect) => cast(field, type, dialect),
    }),
    safe_cast: macro({
      parameters: [sql('field'), castableType('type')],
      description:
        'A value as another type; NULL where that cannot be. Dates and times must be written as in ISO 8601, a date-time for a timestamp without a zone.',
      example: ['amount', 'number(14,2)'],
      both: ({ field, type }, dialect) => safeCast(field, type, dialect),
    }),
    type_bigint: typeMacro('bigint', 'A whole number of 64 bits or more.'),
    type_boolean: typeMacro('boolean', 'A boolean.'),
    type_float: typeMacro('float', 'A float of 64 bits.'),
    type_int: typeMacro('bigint', "A whole number; as wide as Snowflake's."),
    type_numeric: typeMacro('numeric(28,6)', 'A decimal of 28 digits, 6 of them decimals.'),
    type_string: typeMacro('string', 'A text.'),
    type_timestamp: typeMacro('timestamp', 'A timestamp without a zone.'),
  },
  'dbt.',
);

const sets = macroTable(
  {
    any_value: macro({
      parameters: [sql('expression')],
      description: 'Some value of the group.',
      example: ['currency'],
      both: ({ expression }) => `any_value(${expression})`,
    }),
    array_append: macro({
      parameters: [sql('array'), sql('new_element')],
      description: 'A JSON array with an element more.',
      example: ['tags', "'new'"],
      duckdb: ({ array, new_element }) =>
        `to_json(list_append(cast(${array} as json[]), to_json(${new_element})))`,
      snowflake: ({ array, new_element }) => `array_append(${array}, ${new_element})`,
    }),
    array_concat: macro({
      parameters: [sql('array_1'), sql('array_2')],
      description: 'Two JSON arrays as one; NULL where one of them is NULL.',
      example: ['tags', 'more_tags'],
      duckdb: ({ array_1, array_2 }) =>
        `case when (${array_1}) is not null and (${array_2}) is not null then to_json(list_concat(cast(${array_1} as json[]), cast(${array_2} as json[]))) end`,
      snowflake: ({ array_1, array_2 }) => `array_cat(${array_1}, ${array_2})`,
    }),
    array_construct: macro({
      parameters: [{ ...list(sql('inputs')), default: '' }, text('data_type', 'integer')],
      description: 'A JSON array of the values of a list.',
      example: [['1', '2', '3'], 'integer'],
      duckdb: ({ inputs }) => `json_array(${inputs.join(', ')})`,
      snowflake: ({ inputs }) => `array_construct(${inputs.join(', ')})`,
    }),
    bool_or: macro({
      parameters: [sql('expression')],
      description: 'Whether any row fulfils a condition.',
      example: ['is_refunded'],
      duckdb: ({ expression }) => `bool_or(${expression})`,
      snowflake: ({ expression }) => `boolor_agg(${expression})`,
    }),
    listagg: macro({
      parameters: [
        sql('measure'),
        sql('delimiter_text', "','"),
        sql('order_by_clause', ''),
        integer('limit_num', ''),
      ],
      description:
        "Values as one text, in order, at most so many; NULLs are left out, and '' stands for no value at all.",
      example: ['sku', "', '", 'order by line_no'],
      duckdb: duckdbListagg,
      snowflake: snowflakeListagg,
    }),
    equals: macro({
      parameters: [sql('expr1'), sql('expr2')],
      description: 'Equality that is never NULL.',
      example: ['a', 'b'],
      both: ({ expr1, expr2 }) => `((${expr1}) is not distinct from (${expr2}))`,
    }),
    except: macro({
      parameters: [],
      description: 'EXCEPT, without duplicates.',
      example: [],
      both: () => 'except',
    }),
    intersect: macro({
      parameters: [],
      description: 'INTERSECT, without duplicates.',
      example: [],
      both: () => 'intersect',
    }),
    generate_series: macro({
      parameters: [integer('upper_bound')],
      description: 'A query of the numbers from 1 to the bound, column generated_number.',
      example: ['10'],
      both: ({ upper_bound }, dialect) => {
        const step = wholeNumbers('1', `${upper_bound} + 1`, dialect);
        return `select ${step.value} as generated_number from ${step.from}`;
      },
    }),
    get_powers_of_two: macro({
      parameters: [integer('upper_bound')],
      description: 'The least exponent, from 1, whose power of two is not below the bound.',
      example: ['100'],
      both: ({ upper_bound }) => String(powerOfTwo(Number(upper_bound))),
    }),
  },
  'dbt.',
);

/** dbt's cross-database macros under dbt's names and argument names. */
export const dbtMacros = { ...dateAndTimes, ...texts, ...types, ...sets };
