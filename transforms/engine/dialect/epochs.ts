import { macro, macroTable } from './macro.ts';
import { choice, sql } from './parameters.ts';

const epochUnits = ['second', 'millisecond', 'microsecond'];

/** Microseconds in a unit, and the digits after the second that Snowflake names it by. */
const sizes: Readonly<Record<string, { readonly micros: string; readonly digits: string }>> = {
  second: { micros: '1000000', digits: '0' },
  millisecond: { micros: '1000', digits: '3' },
  microsecond: { micros: '1', digits: '6' },
};

/** Macros between timestamps and numbers of seconds since 1970. */
export const epochMacros = macroTable({
  epoch_to_timestamp: macro({
    parameters: [sql('value'), choice('unit', epochUnits, 'second')],
    description: 'The UTC timestamp (NTZ) that whole seconds, milli- or microseconds since 1970 stand for.',
    example: ['created', 'second'],
    duckdb: ({ value, unit }) => `make_timestamp(cast(${value} as bigint) * ${sizes[unit]?.micros})`,
    snowflake: ({ value, unit }) =>
      `to_timestamp_ntz(cast(${value} as number(38,0)), ${sizes[unit]?.digits})`,
  }),
  timestamp_to_epoch: macro({
    parameters: [sql('at'), choice('unit', epochUnits, 'second')],
    description: 'Whole seconds, milli- or microseconds since 1970 of a UTC timestamp.',
    example: ['placed_at', 'second'],
    duckdb: ({ at, unit }) => `(epoch_us(cast(${at} as timestamp)) // ${sizes[unit]?.micros})`,
    snowflake: ({ at, unit }) => `date_part(epoch_${unit}, cast(${at} as timestamp_ntz))`,
  }),
});
