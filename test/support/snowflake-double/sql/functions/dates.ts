import { arg, literalOf } from '../call.ts';
import type { Call, FunctionTable, KnownFunction } from '../call.ts';
import { cast, momentOf, moved as movedBy } from '../casts.ts';
import { strftimeFormat } from '../formats.ts';
import { unknownHere } from '../read.ts';
import { quoteText, value } from '../value.ts';
import type { KnownType, Value } from '../value.ts';

/** Names of a date part. */
const parts: Readonly<Record<string, readonly string[]>> = {
  year: ['y', 'yy', 'yyy', 'yyyy', 'yr', 'years', 'yrs'],
  quarter: ['q', 'qtr', 'qtrs', 'quarters'],
  month: ['mm', 'mon', 'mons', 'months'],
  week: ['w', 'wk', 'weekofyear', 'woy', 'wy', 'weeks'],
  day: ['d', 'dd', 'days', 'dayofmonth'],
  hour: ['h', 'hh', 'hr', 'hours', 'hrs'],
  minute: ['m', 'mi', 'min', 'minutes', 'mins'],
  second: ['s', 'sec', 'seconds', 'secs'],
  millisecond: ['ms', 'msec', 'milliseconds'],
  microsecond: ['us', 'usec', 'microseconds'],
};

const byName = new Map(
  Object.entries(parts).flatMap(([part, others]) => [part, ...others].map((each) => [each, part] as const)),
);

function partOf(args: readonly Value[], place: number, call: Call): string {
  const said = literalOf(args, place, call).toLowerCase();
  return byName.get(said) ?? unknownHere(`${call.name} by ${said}`);
}

/** DuckDB's interval of so many of a part. */
const intervals: Readonly<Record<string, (amount: string) => string>> = {
  year: (n) => `to_years(cast(${n} as integer))`,
  quarter: (n) => `to_months(cast(${n} as integer) * 3)`,
  month: (n) => `to_months(cast(${n} as integer))`,
  week: (n) => `to_days(cast(${n} as integer) * 7)`,
  day: (n) => `to_days(cast(${n} as integer))`,
  hour: (n) => `to_hours(cast(${n} as bigint))`,
  minute: (n) => `to_minutes(cast(${n} as bigint))`,
  second: (n) => `to_seconds(cast(${n} as bigint))`,
  millisecond: (n) => `to_microseconds(cast(${n} as bigint) * 1000)`,
  microsecond: (n) => `to_microseconds(cast(${n} as bigint))`,
};

const keepsDates = new Set(['year', 'quarter', 'month', 'week', 'day']);

/** DATE stays DATE unless it is moved by parts of a day. */
const added: KnownFunction = {
  takes: [3, 3],
  part: 0,
  write: (args, call) => {
    const part = partOf(args, 0, call);
    const at = momentOf(arg(args, 2));
    const by = intervals[part]?.(`round(${arg(args, 1).text})`) ?? '';
    return keepsDates.has(part)
      ? movedBy(at, by)
      : value(`(${at.text} + ${by})`, at.type === 'date' ? 'ntz' : at.type);
  },
};

/** Boundaries that are passed; of weeks, Mondays. */
const passed: KnownFunction = {
  takes: [3, 3],
  part: 0,
  write: (args, call) => {
    const part = partOf(args, 0, call);
    const [from, to] = [arg(args, 1), arg(args, 2)].map((each) => asClock(each));
    return part === 'week'
      ? value(`(sf_weeks(${from}, ${to}))`, 'number')
      : value(`datediff('${part}', ${from}, ${to})`, 'number');
  },
};

function asClock(of: Value): string {
  const at = momentOf(of);
  return at.type === 'ntz' ? at.text : `cast(${at.text} as timestamp)`;
}

const truncated: KnownFunction = {
  takes: [2, 2],
  part: 0,
  write: (args, call) => {
    const at = momentOf(arg(args, 1));
    const part = `'${partOf(args, 0, call)}'`;
    if (at.type === 'date') return value(`cast(date_trunc(${part}, ${at.text}) as date)`, 'date');
    if (at.type === 'ntz') return value(`date_trunc(${part}, ${at.text})`, 'ntz');
    return value(`sf_truncated(${part}, ${at.text})`, at.type);
  },
};

const lastDay: KnownFunction = {
  takes: [1, 2],
  part: 1,
  write: (args, call) => {
    const part = args.length === 1 ? 'month' : partOf(args, 1, call);
    if (!keepsDates.has(part) || part === 'day') return unknownHere(`last_day of a ${part}`);
    const next = `date_trunc('${part}', ${asClock(arg(args, 0))}) + ${intervals[part]?.('1')}`;
    return value(`cast(${next} - to_days(1) as date)`, 'date');
  },
};

const moved: KnownFunction = {
  takes: [2, 3],
  write: (args, call) => {
    const zones = args.slice(0, -1).map((_, place) => quoteText(literalOf(args, place, call)));
    const at = momentOf(arg(args, args.length - 1));
    const [source, target] = zones;
    if (target !== undefined) {
      const wall = at.type === 'ntz' ? at.text : `cast(${at.text} as timestamp)`;
      return value(`timezone(${target}, timezone(${source}, ${wall}))`, 'ntz');
    }
    const instant = at.type === 'tz' ? at.text : `cast(${at.text} as timestamptz)`;
    return { text: instant, type: 'tz', wall: `timezone(${source}, ${instant})` };
  },
};

/** A part as a number: DuckDB's function over any point in time. */
function numbered(name: string): KnownFunction {
  return { takes: [1, 1], write: (args) => value(`${name}(${momentOf(arg(args, 0)).text})`, 'number') };
}

/** Epochs in units of so many microseconds, rounded down. */
const epochs: Readonly<Record<string, number>> = {
  epoch_second: 1_000_000,
  epoch_millisecond: 1000,
  epoch_microsecond: 1,
};

const part: KnownFunction = {
  takes: [2, 2],
  part: 0,
  write: (args, call) => {
    const said = literalOf(args, 0, call).toLowerCase();
    const size = Object.hasOwn(epochs, said) ? epochs[said] : undefined;
    if (size !== undefined)
      return value(`cast(floor(epoch_us(${asClock(arg(args, 1))}) / ${size}) as bigint)`, 'number');
    const unit = partOf(args, 0, call);
    // DuckDB's milliseconds are those of the whole minute.
    if (unit.endsWith('cond') && unit !== 'second') return unknownHere(`${call.name} of a ${unit}`);
    return value(`date_part('${unit}', ${momentOf(arg(args, 1)).text})`, 'number');
  },
};

const written: KnownFunction = {
  takes: [1, 2],
  write: (args, call) => {
    const [of = value('null', 'null')] = args;
    if (args.length === 1) return cast(of, { duckdb: 'varchar', known: 'text' });
    const format = strftimeFormat(literalOf(args, 1, call));
    return value(`strftime(${momentOf(of).text}, ${quoteText(format)})`, 'text');
  },
};

function now(duckdb: string, type: KnownType): KnownFunction {
  return { takes: [0, 1], write: () => value(duckdb, type) };
}

export const dateFunctions: FunctionTable = {
  DATEADD: added,
  TIMEADD: added,
  TIMESTAMPADD: added,
  DATEDIFF: passed,
  TIMEDIFF: passed,
  TIMESTAMPDIFF: passed,
  DATE_TRUNC: truncated,
  LAST_DAY: lastDay,
  ADD_MONTHS: {
    takes: [2, 2],
    write: (args) => {
      const at = momentOf(arg(args, 0));
      return value(`sf_add_months(${at.text}, cast(round(${arg(args, 1).text}) as integer))`, at.type);
    },
  },
  DATE_FROM_PARTS: {
    takes: [3, 3],
    write: (args) => {
      const [year, month, day] = args.map(({ text }) => `cast(${text} as integer)`);
      return value(
        `cast(make_date(${year}, 1, 1) + to_months(${month} - 1) + to_days(${day} - 1) as date)`,
        'date',
      );
    },
  },
  CONVERT_TIMEZONE: moved,
  DATE_PART: part,
  EXTRACT: part,
  YEAR: numbered('year'),
  QUARTER: numbered('quarter'),
  MONTH: numbered('month'),
  DAY: numbered('day'),
  DAYOFMONTH: numbered('day'),
  DAYOFYEAR: numbered('dayofyear'),
  DAYOFWEEKISO: numbered('isodow'),
  WEEKISO: numbered('weekofyear'),
  YEAROFWEEKISO: numbered('isoyear'),
  HOUR: numbered('hour'),
  MINUTE: numbered('minute'),
  SECOND: numbered('second'),
  TO_CHAR: written,
  TO_VARCHAR: written,
  CURRENT_TIMESTAMP: now('now()', 'tz'),
  LOCALTIMESTAMP: now('now()', 'tz'),
  GETDATE: now('now()', 'tz'),
  SYSDATE: now("timezone('UTC', now())", 'ntz'),
  CURRENT_DATE: now('current_date', 'date'),
};
