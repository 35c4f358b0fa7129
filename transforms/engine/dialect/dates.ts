import type { Dialect } from './dialect.ts';
import { strftimeFormat } from './formats.ts';
import { literal, temporal } from './literals.ts';
import { macro, macroTable } from './macro.ts';
import { date, format, sql, unit, zone } from './parameters.ts';
import { sqlType } from './types.ts';
import { allUnits, dateUnits, isDateUnit, periodUnits } from './units.ts';

/** DuckDB's interval of a whole number of units; quarters and weeks have no function of their own in both. */
const intervals: Readonly<Record<string, (amount: string) => string>> = {
  year: (amount) => `to_years(cast(${amount} as integer))`,
  quarter: (amount) => `to_months(cast(${amount} as integer) * 3)`,
  month: (amount) => `to_months(cast(${amount} as integer))`,
  week: (amount) => `to_days(cast(${amount} as integer) * 7)`,
  day: (amount) => `to_days(cast(${amount} as integer))`,
  hour: (amount) => `to_hours(cast(${amount} as bigint))`,
  minute: (amount) => `to_minutes(cast(${amount} as bigint))`,
  second: (amount) => `to_seconds(cast(${amount} as bigint))`,
  millisecond: (amount) => `to_microseconds(cast(${amount} as bigint) * 1000)`,
  microsecond: (amount) => `to_microseconds(cast(${amount} as bigint))`,
};

/** Whole units: round() goes half away from zero as Snowflake does, a cast of a float alone would not. */
function interval(of: string, amount: string): string {
  const whole = /^-?\d+$/.test(amount) ? amount : `round(${amount})`;
  return intervals[of]?.(whole) ?? '';
}

/** A point in time moved by whole units, its type kept: a DATE moved by days or longer stays a DATE. */
export function dateAdd(of: string, amount: string, at: string, dialect: Dialect): string {
  const from = temporal(at, dialect);
  if (dialect === 'snowflake') return `dateadd(${of}, ${amount}, ${from})`;
  const moved = `${from} + ${interval(of, amount)}`;
  return isDateUnit(of) ? `cast_to_type(${moved}, ${from})` : `(${moved})`;
}

/** How many boundaries of a unit lie between two points in time: 23:59 to 00:01 is one day. */
export function dateDiff(of: string, from: string, to: string, dialect: Dialect): string {
  if (dialect === 'snowflake') return `datediff(${of}, ${temporal(from, dialect)}, ${temporal(to, dialect)})`;
  const [first, last] = [from, to].map((each) => `cast(${each} as timestamp)`);
  // DuckDB counts full weeks; Snowflake counts Mondays passed.
  return of === 'week'
    ? `(datediff('day', date_trunc('week', ${first}), date_trunc('week', ${last})) // 7)`
    : `datediff('${of}', ${first}, ${last})`;
}

/** The start of the unit that a point in time lies in, its type kept. */
export function dateTrunc(of: string, at: string, dialect: Dialect): string {
  const from = temporal(at, dialect);
  // DuckDB makes a TIMESTAMP of a truncated DATE.
  return dialect === 'snowflake'
    ? `date_trunc('${of}', ${from})`
    : `cast_to_type(date_trunc('${of}', ${from}), ${from})`;
}

/** The last day, a DATE, of the period that a point in time lies in. */
export function lastDay(of: string, at: string, dialect: Dialect): string {
  if (dialect === 'snowflake') return `last_day(${temporal(at, dialect)}, '${of}')`;
  const next = `date_trunc('${of}', cast(${at} as timestamp)) + ${interval(of, '1')}`;
  return `cast(${next} - to_days(1) as date)`;
}

interface DateSeries {
  readonly unit: string;
  /** SQL of the first point in time, and of the last. */
  readonly first: string;
  readonly last: string;
  /** Whether as many rows come out as boundaries lie between, or one more. */
  readonly isLastIncluded: boolean;
}

/** A query of one column date_<unit>: whole units from the first on, none after the last. */
export function dateSeries(series: DateSeries, dialect: Dialect): string {
  const { unit: of, first, last, isLastIncluded } = series;
  const column = `date_${of}`;
  const count = `${dateDiff(of, first, last, dialect)}${isLastIncluded ? ' + 1' : ''}`;
  const step = wholeNumbers('0', count, dialect);
  return `select ${column} from (select ${dateAdd(of, step.value, first, dialect)} as ${column} from ${step.from}) as series where ${column} <= ${last}`;
}

/** A relation of the whole numbers from `first` up to, without, `end`. Both are SQL; Snowflake's GENERATOR takes none. */
export function wholeNumbers(
  first: string,
  end: string,
  dialect: Dialect,
): { readonly from: string; readonly value: string } {
  return dialect === 'duckdb'
    ? { from: `(select unnest(range(${first}, ${end})) as value) as step`, value: 'step.value' }
    : {
        from: `table(flatten(input => array_generate_range(${first}, ${end}))) as step`,
        value: 'cast(step.value as integer)',
      };
}

function day(text: string): string {
  return `cast('${text}' as date)`;
}

/** ADD_MONTHS: the end of a month stays the end of a month, the time of day stays. */
function addMonths(at: string, months: string, dialect: Dialect): string {
  const from = temporal(at, dialect);
  if (dialect === 'snowflake') return `add_months(${from}, ${months})`;
  const moved = `(${from} + ${interval('month', months)})`;
  const isEnd = `cast(${from} as date) = last_day(cast(${from} as date))`;
  const gap = `to_days(cast(last_day(cast(${moved} as date)) - cast(${moved} as date) as integer))`;
  return `cast_to_type(case when ${isEnd} then ${moved} + ${gap} else ${moved} end, ${from})`;
}

/** Macros on dates and timestamps. */
export const dateMacros = macroTable({
  date_add: macro({
    parameters: [unit('unit', allUnits), sql('amount'), sql('at')],
    description:
      'A date or timestamp moved by whole units, of the same type (hours and shorter make a timestamp of a date). Months end where the month ends: 31 January and a month is 29 February.',
    example: ['month', '1', 'order_date'],
    both: ({ unit, amount, at }, dialect) => dateAdd(unit, amount, at, dialect),
  }),
  date_diff: macro({
    parameters: [unit('unit', allUnits), sql('from'), sql('to')],
    description:
      'Boundaries of a unit passed from one point in time to another: 23:59 to 00:01 is one day, Sunday to Monday one week.',
    example: ['day', 'placed_at', 'shipped_at'],
    both: ({ unit, from, to }, dialect) => dateDiff(unit, from, to, dialect),
  }),
  date_trunc: macro({
    parameters: [unit('datepart', allUnits), sql('date')],
    description: 'The start of the unit; weeks start on Monday. A DATE stays a DATE.',
    example: ['week', 'order_date'],
    both: ({ datepart, date }, dialect) => dateTrunc(datepart, date, dialect),
  }),
  last_day: macro({
    parameters: [sql('date'), { ...unit('datepart', periodUnits), default: 'month' }],
    description: 'The last day of the year, quarter, month or week (its Sunday), as a DATE.',
    example: ['order_date', 'month'],
    both: ({ date, datepart }, dialect) => lastDay(datepart, date, dialect),
  }),
  add_months: macro({
    parameters: [sql('at'), sql('months')],
    description:
      'Months added so that a last day of a month stays one: 29 February 2024 and a month is 31 March.',
    example: ['order_date', '1'],
    both: ({ at, months }, dialect) => addMonths(at, months, dialect),
  }),
  date_from_parts: macro({
    parameters: [sql('year'), sql('month'), sql('day')],
    description: 'A DATE of numbers; a month 13 or a day 0 runs over into the next or the previous.',
    example: ['2024', '1', '31'],
    duckdb: ({ year, month, day }) =>
      `cast(make_date(${year}, 1, 1) + to_months((${month}) - 1) + to_days((${day}) - 1) as date)`,
    snowflake: ({ year, month, day }) => `date_from_parts(${year}, ${month}, ${day})`,
  }),
  date_format: macro({
    parameters: [sql('at'), format('format')],
    description:
      'Text of a date or timestamp: YYYY, YY, MM, MON, MMMM, DD, DY, HH24, HH12, AM, MI, SS, FF3, FF6, separators, "quoted text".',
    example: ['placed_at', 'YYYY-MM-DD"T"HH24:MI:SS'],
    duckdb: ({ at, format }) =>
      `strftime(${temporal(at, 'duckdb')}, ${literal(strftimeFormat(format) ?? '', 'duckdb')})`,
    snowflake: ({ at, format }) => `to_char(${temporal(at, 'snowflake')}, ${literal(format, 'snowflake')})`,
  }),
  convert_timezone: macro({
    parameters: [zone('source'), zone('target'), sql('at')],
    description: 'The wall clock in one zone at the moment that another zone shows; NTZ in, NTZ out.',
    example: ['UTC', 'Europe/Berlin', 'placed_at'],
    duckdb: ({ source, target, at }) =>
      `timezone('${target}', timezone('${source}', ${temporal(at, 'duckdb')}))`,
    snowflake: ({ source, target, at }) =>
      `convert_timezone('${source}', '${target}', ${temporal(at, 'snowflake')})`,
  }),
  at_timezone: macro({
    parameters: [zone('target'), sql('at')],
    description:
      'The wall clock in a zone at a moment (TIMESTAMP_TZ in, NTZ out); a timestamp without zone counts as UTC.',
    example: ['America/New_York', 'received_at'],
    duckdb: ({ target, at }) => `timezone('${target}', cast(${at} as timestamptz))`,
    snowflake: ({ target, at }) =>
      `cast(convert_timezone('${target}', cast(${at} as timestamp_tz)) as timestamp_ntz)`,
  }),
  business_date: macro({
    parameters: [sql('at'), zone('timezone')],
    description: 'The calendar day of a UTC timestamp in the business time zone.',
    example: ['placed_at', 'Europe/Berlin'],
    duckdb: ({ at, timezone }) => `cast(timezone('${timezone}', timezone('UTC', ${at})) as date)`,
    snowflake: ({ at, timezone }) => `cast(convert_timezone('UTC', '${timezone}', ${at}) as date)`,
  }),
  hours_between: macro({
    parameters: [sql('from'), sql('to')],
    description: 'Hours from one timestamp to another, to the minute, as a float of two decimals.',
    example: ['paid_at', 'shipped_at'],
    // Of minutes no hundredth of an hour is half, so that rounding a float gives the same as rounding a decimal.
    both: ({ from, to }, dialect) =>
      `cast(round(datediff('minute', ${from}, ${to}) / 60.0, 2) as ${sqlType('float', dialect)})`,
  }),
  days_series: macro({
    parameters: [date('first'), date('last')],
    description: 'A relation of one row a day, column date_day, both ends included.',
    example: ['2024-01-01', '2024-12-31'],
    both: ({ first, last }, dialect) =>
      `(${dateSeries({ unit: 'day', first: day(first), last: day(last), isLastIncluded: true }, dialect)})`,
  }),
  date_series: macro({
    parameters: [unit('unit', dateUnits), sql('first'), sql('last')],
    description:
      'A relation of one row a unit, column date_<unit>, from the first date on while not after the last.',
    example: ['month', "date '2024-01-31'", "date '2024-06-30'"],
    both: ({ unit, first, last }, dialect) =>
      `(${dateSeries({ unit, first: `cast(${first} as date)`, last: `cast(${last} as date)`, isLastIncluded: true }, dialect)})`,
  }),
  month_name: macro({
    parameters: [sql('date')],
    description: "The month's whole English name. Snowflake's own monthname() is three letters.",
    example: ['order_date'],
    duckdb: ({ date }) => `monthname(${date})`,
    snowflake: ({ date }) => `to_char(${date}, 'MMMM')`,
  }),
  day_of_week: macro({
    parameters: [sql('date')],
    description: 'ISO weekday: 1 Monday to 7 Sunday.',
    example: ['order_date'],
    duckdb: ({ date }) => `isodow(${date})`,
    snowflake: ({ date }) => `dayofweekiso(${date})`,
  }),
  week_of_year: macro({
    parameters: [sql('date')],
    description: 'ISO week, 1 to 53; it belongs to year_of_week, not to the calendar year.',
    example: ['order_date'],
    duckdb: ({ date }) => `weekofyear(${date})`,
    snowflake: ({ date }) => `weekiso(${date})`,
  }),
  year_of_week: macro({
    parameters: [sql('date')],
    description: 'The year that the ISO week belongs to.',
    example: ['order_date'],
    duckdb: ({ date }) => `isoyear(${date})`,
    snowflake: ({ date }) => `yearofweekiso(${date})`,
  }),
});
