/** Units of several days; each has a last one. */
export const periodUnits = ['year', 'quarter', 'month', 'week'] as const;
/** Units that keep a DATE a DATE when it is shifted by them. */
export const dateUnits = [...periodUnits, 'day'] as const;
/** Units of a clock; DuckDB's timestamps end at microseconds, so nanoseconds have no place here. */
const timeUnits = ['hour', 'minute', 'second', 'millisecond', 'microsecond'] as const;
/** Every unit of time that a macro takes, the longest first. */
export const allUnits: readonly string[] = [...dateUnits, ...timeUnits];

/** Snowflake's aliases of the date parts that are used in the wild. */
const aliases: Readonly<Record<string, readonly string[]>> = {
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

const canonical: ReadonlyMap<string, string> = new Map(
  Object.entries(aliases).flatMap(([unit, others]) => [unit, ...others].map((each) => [each, unit] as const)),
);

/** The unit a text means, with or without quotes, in any case; undefined where it means none. */
export function canonicalUnit(value: string): string | undefined {
  return canonical.get(
    value
      .trim()
      .replace(/^'(.*)'$/, '$1')
      .toLowerCase(),
  );
}

/** Whether a DATE shifted by this unit stays a DATE; takes canonical units. */
export function isDateUnit(unit: string): boolean {
  return dateUnits.some((each) => each === unit);
}
