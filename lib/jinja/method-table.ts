import { chargeSize, chargeText } from './meter.ts';
import { bind, signature } from './signature.ts';
import { Callable } from './values.ts';
import type { CallArguments, Value } from './values.ts';

type Values = readonly (Value | undefined)[];

/** A method of a type, given the value it is called on. */
export type Method<Self> = (self: Self, args: CallArguments) => Value;
export type MethodTable<Self> = ReadonlyMap<string, Method<Self>>;

/** A method by its signature and what it does with the bound arguments. */
export function method<Self>(
  name: string,
  parameters: string,
  run: (self: Self, args: Values) => Value,
): readonly [string, Method<Self>] {
  const declared = signature(parameters);
  return [name, (self, args) => run(self, bind(name, declared, args.positional, args.named).values)];
}

/** A method bound to a value; undefined (JavaScript's) where the table has none of that name. */
export function bound<Self>(table: MethodTable<Self>, self: Self, name: string): Callable | undefined {
  const found = table.get(name);
  return found === undefined ? undefined : new Callable(name, (args) => found(self, args));
}

/** As `bound`, for methods that go through the value: its size is charged. */
export function boundAt<Self>(
  table: MethodTable<Self>,
  self: Self,
  name: string,
  size: number,
): Callable | undefined {
  const found = table.get(name);
  if (found === undefined) return undefined;
  return new Callable(name, (args) => {
    if (typeof self === 'string') chargeText(self.length);
    else chargeSize(size);
    return found(self, args);
  });
}
