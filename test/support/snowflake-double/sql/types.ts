import type { Scan } from '../engine/scan.ts';
import { unknownHere } from './read.ts';
import type { KnownType } from './value.ts';

/** A type as declared: what holds its values in DuckDB. */
export interface DeclaredType {
  readonly duckdb: string;
  readonly known: KnownType;
  /** Digits after the point of a NUMBER. */
  readonly scale?: number;
  /** Characters that a VARCHAR may have. */
  readonly length?: number;
}

type Arguments = readonly number[];
type Declare = (args: Arguments, scan: Scan) => DeclaredType;

function plain(duckdb: string, known: KnownType): Declare {
  return (args) => (args.length === 0 ? { duckdb, known } : unknownHere(`${duckdb}(${args.join(', ')})`));
}

const varchar: Declare = ([length]) => ({
  duckdb: 'varchar',
  known: 'text',
  ...(length === undefined ? {} : { length }),
});

/** INT and its like are NUMBER(38, 0) in Snowflake. */
const whole = plain('decimal(38,0)', 'number');
const float = plain('double', 'float');

const number: Declare = ([precision = 38, scale = 0]) => ({
  duckdb: `decimal(${precision},${scale})`,
  known: 'number',
  scale,
});

/** DuckDB's timestamps have six digits whatever is asked for. */
function timestamp(duckdb: string, known: KnownType): Declare {
  return ([digits]) =>
    digits !== undefined && digits < 6 ? unknownHere(`timestamps of ${digits} digits`) : { duckdb, known };
}

const ntz = timestamp('timestamp', 'ntz');
const tz = timestamp('timestamptz', 'tz');
const variant = plain('json', 'variant');

const types: Readonly<Record<string, Declare>> = {
  VARCHAR: varchar,
  STRING: varchar,
  TEXT: varchar,
  CHAR: ([length = 1]) => ({ duckdb: 'varchar', known: 'text', length }),
  BIGINT: whole,
  INT: whole,
  INTEGER: whole,
  SMALLINT: whole,
  TINYINT: whole,
  NUMBER: number,
  NUMERIC: number,
  DECIMAL: number,
  FLOAT: float,
  FLOAT8: float,
  DOUBLE: float,
  REAL: float,
  BOOLEAN: plain('boolean', 'boolean'),
  DATE: plain('date', 'date'),
  TIME: timestamp('time', 'time'),
  TIMESTAMP: ntz,
  TIMESTAMP_NTZ: ntz,
  DATETIME: ntz,
  TIMESTAMP_TZ: tz,
  TIMESTAMPTZ: tz,
  TIMESTAMP_LTZ: tz,
  VARIANT: variant,
  OBJECT: variant,
  ARRAY: variant,
};

/** Reads a type. */
export function declaredType(scan: Scan): DeclaredType {
  const token = scan.peek();
  const name = token?.text ?? '';
  const declare = token?.kind === 'word' && Object.hasOwn(types, name) ? types[name] : undefined;
  if (declare === undefined) return unknownHere(`type ${name}`);
  scan.next();
  if (name === 'DOUBLE') scan.takes('precision');
  return declare(argumentsOf(scan), scan);
}

function argumentsOf(scan: Scan): Arguments {
  if (!scan.takes('(')) return [];
  const args = [scan.integer()];
  while (scan.takes(',')) args.push(scan.integer());
  scan.must(')');
  return args;
}
