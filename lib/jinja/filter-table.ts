import type { Environment } from './environment.ts';
import { bind, signature } from './signature.ts';
import type { Bound } from './signature.ts';
import type { Value } from './values.ts';

type Values = readonly (Value | undefined)[];

/** A built-in filter, ready to be applied. */
export type Filter = (
  value: Value,
  positional: readonly Value[],
  named: ReadonlyMap<string, Value>,
  environment: Environment,
) => Value;
export type FilterTable = ReadonlyMap<string, Filter>;

/** A filter by its signature (without the value before the bar) and what it does with the bound arguments. */
export function filter(
  name: string,
  parameters: string,
  apply: (value: Value, args: Values, environment: Environment, bound: Bound) => Value,
): readonly [string, Filter] {
  const declared = signature(parameters);
  return [
    name,
    (value, positional, named, environment) => {
      const bound = bind(name, declared, positional, named);
      return apply(value, bound.values, environment, bound);
    },
  ];
}

/** A built-in test, ready to be applied. */
export type Test = (
  value: Value,
  positional: readonly Value[],
  named: ReadonlyMap<string, Value>,
  environment: Environment,
) => boolean;
export type TestTable = ReadonlyMap<string, Test>;

/** A test by its signature and what it asks. */
export function test(
  name: string,
  parameters: string,
  ask: (value: Value, args: Values, environment: Environment) => boolean,
): readonly [string, Test] {
  const declared = signature(parameters);
  return [
    name,
    (value, positional, named, environment) =>
      ask(value, bind(name, declared, positional, named).values, environment),
  ];
}
