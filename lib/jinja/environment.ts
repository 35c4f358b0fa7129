import type { Location } from './location.ts';
import type { CallArguments, Undefined, Value } from './values.ts';

/** What a rendering may cost. */
export interface Limits {
  /** Nodes evaluated and iterations begun. */
  readonly steps: number;
  /** Characters written, those of macros' results included. */
  readonly output: number;
  /** Macros, callers and recursive loops inside each other. */
  readonly depth: number;
  /** Items of one `range`. */
  readonly range: number;
}

export const DEFAULT_LIMITS: Limits = { steps: 10_000_000, output: 64_000_000, depth: 400, range: 100_000 };

/** A filter of the host: the value before the bar, then the call. */
export type HostFilter = (value: Value, args: CallArguments) => Value;
/** A test of the host. */
export type HostTest = (value: Value, args: CallArguments) => boolean;

/** What filters, tests and built-in functions may ask of the rendering that they run in. */
export interface Environment {
  readonly limits: Limits;
  /** An undefined value in the rendering's mode. */
  undefinedValue(name: string, message?: string): Undefined;
  filter(name: string, value: Value, positional: readonly Value[], named: ReadonlyMap<string, Value>): Value;
  test(name: string, value: Value, positional: readonly Value[], named: ReadonlyMap<string, Value>): boolean;
  hasFilter(name: string): boolean;
  hasTest(name: string): boolean;
  /** `value.name` and `value[key]` as templates see them. */
  attribute(value: Value, name: string): Value;
  item(value: Value, key: Value): Value;
  readonly at: Location;
}
