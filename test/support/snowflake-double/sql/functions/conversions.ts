import { arg, literalOf } from '../call.ts';
import type { Call, FunctionTable, KnownFunction } from '../call.ts';
import { cast, textOf, tryCast } from '../casts.ts';
import type { DeclaredType } from '../types.ts';
import { unknownHere } from '../read.ts';
import { value } from '../value.ts';
import type { Value } from '../value.ts';

type Turn = (of: Value, type: DeclaredType) => Value;

/** TO_NUMBER(x, precision, scale) and its like. */
function toNumber(turn: Turn): KnownFunction {
  return {
    takes: [1, 3],
    write: (args) => {
      const [precision = 38, scale = 0] = args.slice(1).map(({ text }) => Number(text));
      if (!Number.isInteger(precision) || !Number.isInteger(scale)) return unknownHere('a number format');
      return turn(arg(args, 0), { duckdb: `decimal(${precision},${scale})`, known: 'number', scale });
    },
  };
}

function to(turn: Turn, type: DeclaredType): KnownFunction {
  return { takes: [1, 1], write: (args) => turn(arg(args, 0), type) };
}

const date: DeclaredType = { duckdb: 'date', known: 'date' };
const ntz: DeclaredType = { duckdb: 'timestamp', known: 'ntz' };
const tz: DeclaredType = { duckdb: 'timestamptz', known: 'tz' };
const boolean: DeclaredType = { duckdb: 'boolean', known: 'boolean' };
const double: DeclaredType = { duckdb: 'double', known: 'float' };

/** With a format nothing but that form is read. */
const triedDate: KnownFunction = {
  takes: [1, 2],
  write: (args, call) => {
    if (args.length === 1) return tryCast(arg(args, 0), date);
    if (literalOf(args, 1, call).toUpperCase() !== 'YYYY-MM-DD')
      return unknownHere(`${call.name} of this format`);
    return value(`try_cast(sf_text_day_or_null(${textOf(arg(args, 0))}) as date)`, 'date');
  },
};

/** Microseconds in a unit, by the digits after the second that it has. */
const units: Readonly<Record<string, string>> = { '0': '1000000', '3': '1000', '6': '1' };

function ofEpoch(args: readonly Value[], call: Call): Value {
  const size = units[arg(args, 1).text];
  if (size === undefined || arg(args, 0).type !== 'number')
    return unknownHere(`${call.name} of these arguments`);
  return value(`make_timestamp(cast(${arg(args, 0).text} as bigint) * ${size})`, 'ntz');
}

export const conversionFunctions: FunctionTable = {
  TO_NUMBER: toNumber(cast),
  TO_DECIMAL: toNumber(cast),
  TO_NUMERIC: toNumber(cast),
  TRY_TO_NUMBER: toNumber(tryCast),
  TRY_TO_DECIMAL: toNumber(tryCast),
  TRY_TO_NUMERIC: toNumber(tryCast),
  TO_DOUBLE: to(cast, double),
  TRY_TO_DOUBLE: to(tryCast, double),
  TO_BOOLEAN: to(cast, boolean),
  TRY_TO_BOOLEAN: to(tryCast, boolean),
  TO_DATE: to(cast, date),
  TRY_TO_DATE: triedDate,
  TO_TIMESTAMP_NTZ: {
    takes: [1, 2],
    write: (args, call) => {
      if (args.length === 2) return ofEpoch(args, call);
      if (arg(args, 0).type === 'number') return ofEpoch([...args, value('0', 'number')], call);
      return cast(arg(args, 0), ntz);
    },
  },
  TRY_TO_TIMESTAMP_NTZ: to(tryCast, ntz),
  TO_TIMESTAMP_TZ: to(cast, tz),
  TRY_TO_TIMESTAMP_TZ: to(tryCast, tz),
  UUID_STRING: { takes: [0, 0], write: () => value('cast(uuid() as varchar)', 'text') },
};
