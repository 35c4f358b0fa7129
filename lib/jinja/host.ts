import { formatLocation } from './location.ts';
import { Callable, HostObject, JinjaList, textOf, Tuple, Undefined } from './values.ts';
import type { CallArguments, Value } from './values.ts';
import { jinjaErrors } from './errors.ts';

/** A named table of values, such as `target`, `api` or `modules.re`; attributes only, unless it is a mapping. */
export class Namespace extends HostObject {
  override readonly typeName: string;
  readonly #find: (name: string) => Value | undefined;

  constructor(
    typeName: string,
    attributes: ReadonlyMap<string, Value> | ((name: string) => Value | undefined),
  ) {
    super();
    this.typeName = typeName;
    this.#find = typeof attributes === 'function' ? attributes : (name) => attributes.get(name);
  }
  override attribute(name: string): Value | undefined {
    return this.#find(name);
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.#find(key) : undefined;
  }
  override text(): string {
    return `<${this.typeName}>`;
  }
  override identity(): string {
    return this.typeName;
  }
}

/** How the value of each name is made from what a rendering knows. */
export type Makers<Input> = Readonly<Record<string, (input: Input) => Value | undefined>>;

/** Names whose values are made when they are first read: a rendering reads few of the many it could. */
export class LazyNames<Input> {
  readonly #makers: Makers<Input>;
  readonly #input: Input;
  readonly #made = new Map<string, Value>();

  constructor(makers: Makers<Input>, input: Input) {
    this.#makers = makers;
    this.#input = input;
  }
  get(name: string): Value | undefined {
    const before = this.#made.get(name);
    if (before !== undefined || !Object.hasOwn(this.#makers, name)) return before;
    const value = this.#makers[name]?.(this.#input);
    if (value !== undefined) this.#made.set(name, value);
    return value;
  }
  keys(): string[] {
    return Object.keys(this.#makers);
  }
}

/** A host function under its name, for a table of them. */
export function fn(
  name: string,
  call: (args: CallArguments) => Value | Promise<Value>,
): readonly [string, Callable] {
  return [name, new Callable(name, call)];
}

/** A host function on bound arguments: positional ones and named ones in the order of `parameters`. */
export function bound(
  name: string,
  parameters: readonly string[],
  call: (values: readonly (Value | undefined)[], args: CallArguments) => Value | Promise<Value>,
): readonly [string, Callable] {
  return fn(name, (args) => call(bind(name, parameters, args), args));
}

/** Values in the order of the parameters; what is not given is JavaScript's undefined. Throws JINJA_ARGUMENTS. */
export function bind(
  name: string,
  parameters: readonly string[],
  { positional, named, at }: CallArguments,
): (Value | undefined)[] {
  const refuse = (message: string): Error =>
    jinjaErrors.error('JINJA_ARGUMENTS', {
      message: `${name}(${parameters.join(', ')}) ${message}`,
      where: formatLocation(at),
    });
  if (positional.length > parameters.length) throw refuse(`was given ${positional.length} arguments`);
  const unknown = [...named.keys()].find((each) => !parameters.includes(each));
  if (unknown !== undefined) throw refuse(`has no argument ${unknown}`);
  return parameters.map(
    (parameter, index) => positional[index] ?? namedOrNull(positional, named, parameter, index),
  );
}

/** None is null and must not be mistaken for "not given". */
function namedOrNull(
  positional: readonly Value[],
  named: ReadonlyMap<string, Value>,
  parameter: string,
  index: number,
): Value | undefined {
  return index < positional.length ? null : named.get(parameter);
}

/** The value as text; anything else is a typed error at the call. */
export function mustText(value: Value | undefined, what: string, args: CallArguments): string {
  if (typeof value === 'string') return value;
  if (value instanceof HostObject) return value.text();
  throw argumentError(`${what} must be a text`, args);
}

/** JINJA_ARGUMENTS at the place of a call. */
export function argumentError(message: string, { at }: CallArguments): Error {
  return jinjaErrors.error('JINJA_ARGUMENTS', { message, where: formatLocation(at) });
}

/** The items of anything that can be gone through; undefined where it cannot. */
export function itemsOf(value: Value | undefined): Value[] | undefined {
  if (value instanceof JinjaList || value instanceof Tuple) return [...value.items];
  if (typeof value === 'string') return Array.from(value);
  if (value instanceof Undefined) return [];
  if (value instanceof HostObject && value.iterate !== undefined) return [...value.iterate()];
  if (typeof value !== 'object' || value === null) return undefined;
  if (value.kind === 'dict') return value.keys();
  if (value.kind === 'set') return value.items;
  return undefined;
}

/** A text for messages and SQL. */
export function shownText(value: Value | undefined): string {
  return value === undefined ? '' : textOf(value);
}
