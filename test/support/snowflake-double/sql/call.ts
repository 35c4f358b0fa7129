import { unknownHere } from './read.ts';
import type { Value } from './value.ts';

/** What stands around the arguments of a call. Texts of clauses are DuckDB's, '' where there is none. */
export interface Call {
  readonly name: string;
  readonly isDistinct: boolean;
  /** ` order by ...` out of WITHIN GROUP. */
  readonly withinGroup: string;
  /** ` ignore nulls`. */
  readonly nulls: string;
  /** ` over (...)`. */
  readonly over: string;
  /** Its window says an order, and no frame. */
  readonly isUnframed: boolean;
}

/** A function of Snowflake's. */
export interface KnownFunction {
  /** How many arguments it takes. */
  readonly takes: readonly [least: number, most: number];
  /** May have DISTINCT, WITHIN GROUP, IGNORE NULLS and OVER; all others may not. */
  readonly isOverRows?: true;
  /** Which argument is a date part, if any. */
  readonly part?: number;
  readonly write: (args: readonly Value[], call: Call) => Value;
}

export type FunctionTable = Readonly<Record<string, KnownFunction>>;

const missing: Value = { text: 'null', type: 'null' };

/** The argument at a place; its number was checked. */
export function arg(args: readonly Value[], place: number): Value {
  return args[place] ?? missing;
}

/** What a literal argument says: a format, a pattern, a zone. */
export function literalOf(args: readonly Value[], place: number, call: Call): string {
  return args[place]?.literal ?? unknownHere(`${call.name} with an argument ${place + 1} that is no literal`);
}

export function texts(args: readonly Value[]): string {
  return args.map(({ text }) => text).join(', ');
}
