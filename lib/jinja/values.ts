import { fail } from './errors.ts';
import type { Location } from './location.ts';
import { charge, chargeSize, chargeText } from './meter.ts';
import { floatText, intText } from './number-text.ts';
import { quoteText } from './text.ts';

/**
 * What a template can hold: None, bool, int (bigint, exact), float (number), str, list, tuple, dict, set, undefined,
 * functions and objects of the host. Nothing else gets in, and no JavaScript property is ever reachable from these.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | JinjaList
  | Tuple
  | Dict
  | PySet
  | Undefined
  | Callable
  | HostObject;

/** Work and depth already spent, shared by everything that one rendering calls. Opaque to callables. */
export interface RunState {
  depth: number;
  steps: number;
  output: number;
}

/** The arguments of one call. A callable that calls another one passes `run` on, so that limits hold across both. */
export interface CallArguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
  readonly at: Location;
  readonly run?: RunState | undefined;
}

/** A list, mutable. */
export class JinjaList {
  readonly kind = 'list';
  readonly items: Value[];
  constructor(items: Value[] = []) {
    this.items = items;
  }
}

/** A tuple. */
export class Tuple {
  readonly kind = 'tuple';
  readonly items: readonly Value[];
  constructor(items: readonly Value[] = []) {
    this.items = items;
  }
}

/** What a missing name, attribute or item evaluates to. Chainable: what is taken from it is undefined as well. */
export class Undefined {
  readonly kind = 'undefined';
  readonly name: string;
  /** Refuses everything but `is defined` and `default` with this message; undefined in the chainable mode. */
  readonly refusal: string | undefined;
  /** What to do about it, where that is known. */
  readonly hint: string | undefined;
  constructor(name: string, refusal?: string, hint?: string) {
    this.name = name;
    this.refusal = refusal;
    this.hint = hint;
  }
}

/** The operators that an object of the host may take part in. */
export type ArithmeticOp = '+' | '-' | '*' | '/' | '//' | '%';

/** A function of the host, a macro or a bound method. */
export class Callable {
  readonly kind = 'callable';
  readonly name: string;
  readonly call: (args: CallArguments) => Value | Promise<Value>;
  /** What `{{ f.name }}` sees; a macro's name, arguments and so on. */
  readonly attributes: ReadonlyMap<string, Value>;
  constructor(
    name: string,
    call: (args: CallArguments) => Value | Promise<Value>,
    attributes: ReadonlyMap<string, Value> = new Map(),
  ) {
    this.name = name;
    this.call = call;
    this.attributes = attributes;
  }
}

/**
 * An object of the host with an explicit attribute table. The optional parts make it iterable, indexable, callable or
 * a mapping; what is left out behaves as it does for a Python object without that method.
 */
export abstract class HostObject {
  readonly kind = 'host';
  abstract readonly typeName: string;
  readonly isMapping: boolean = false;
  /** Whether it can be a key of a dict; views of a dict cannot. */
  readonly isHashable: boolean = true;
  /** The attribute, or undefined (JavaScript's) where there is none. */
  abstract attribute(name: string): Value | undefined;
  abstract text(): string;
  /** Equality and hash: two objects with the same identity are one dict key. */
  abstract identity(): string;
  /** As it stands inside a printed list; `text()` unless said otherwise. */
  representation(): string {
    return this.text();
  }
  iterate?(): Iterable<Value>;
  length?(): number;
  item?(key: Value): Value | undefined;
  slice?(start: Value, stop: Value, step: Value): Value;
  contains?(value: Value): boolean;
  truthy?(): boolean;
  call?(args: CallArguments): Value | Promise<Value>;
  /** Arithmetic with another value, right of it or left; undefined where there is none. */
  operate?(op: ArithmeticOp, other: Value, isRight: boolean): Value | undefined;
  /** Negative, zero or positive beside another value; undefined where the two have no order. */
  order?(other: Value): number | undefined;
  /** `-x`. */
  negate?(): Value;
  /** `{% set x.name = value %}`; only namespaces have it. */
  assign?(name: string, value: Value): void;
}

/** What stands for a value in a JavaScript Map so that Python's equality of keys holds: 1 == 1.0 == True. */
export type Key = string | bigint | number | null | symbol | object;

const UNDEFINED_KEY = Symbol('undefined');

/** The key of a hashable value; lists, dicts and sets are refused. */
export function keyOf(value: Value): Key {
  if (typeof value === 'string') return value.startsWith('\0') ? `\0s${value}` : value;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (value === null || typeof value === 'bigint') return value;
  if (value instanceof Tuple) {
    charge(1);
    chargeSize(value.items.length);
    const key = `\0t${value.items.map(nestedKey).join('')}`;
    chargeText(key.length);
    return key;
  }
  if (value instanceof HostObject && value.isHashable) return `\0h${value.identity()}`;
  if (value instanceof Undefined) return UNDEFINED_KEY;
  if (value instanceof Callable) return value;
  return fail('JINJA_TYPE', `unhashable type: '${typeName(value)}'`);
}

const objectIds = new WeakMap<object, number>();
let nextObjectId = 0;

function nestedKey(item: Value): string {
  const key = keyOf(item);
  if (typeof key === 'object' && key !== null) {
    const id = objectIds.get(key) ?? (nextObjectId += 1);
    objectIds.set(key, id);
    return `o${id};`;
  }
  const text = String(key);
  return `${typeof key}${text.length}:${text};`;
}

/** An insertion-ordered mapping with keys of any hashable value. */
export class Dict {
  readonly kind = 'dict';
  readonly #entries = new Map<Key, [key: Value, value: Value]>();

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#entries.size;
  }
  get(key: Value): Value | undefined {
    return this.#entries.get(keyOf(key))?.[1];
  }
  has(key: Value): boolean {
    return this.#entries.has(keyOf(key));
  }
  /** Sets a value; an equal key that is there already stays as it was written first. */
  set(key: Value, value: Value): void {
    const id = keyOf(key);
    const entry = this.#entries.get(id);
    if (entry === undefined) this.#entries.set(id, [key, value]);
    else entry[1] = value;
  }
  delete(key: Value): boolean {
    return this.#entries.delete(keyOf(key));
  }
  clear(): void {
    this.#entries.clear();
  }
  entries(): IterableIterator<[key: Value, value: Value]> {
    return this.#entries.values();
  }
  keys(): Value[] {
    return Array.from(this.#entries.values(), (entry) => entry[0]);
  }
  values(): Value[] {
    return Array.from(this.#entries.values(), (entry) => entry[1]);
  }
}

/** A set; iterates in insertion order (Python's order is not defined). */
export class PySet {
  readonly kind = 'set';
  readonly members: Dict;
  constructor(items: Iterable<Value> = []) {
    this.members = new Dict();
    for (const item of items) this.members.set(item, null);
  }
  get items(): Value[] {
    return this.members.keys();
  }
}

/** The type's name as Python's messages have it. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  return objectTypeName(value);
}

const OBJECT_TYPES = {
  list: 'list',
  tuple: 'tuple',
  dict: 'dict',
  set: 'set',
  undefined: 'Undefined',
  callable: 'function',
} as const;

function objectTypeName(value: Exclude<Value, null | boolean | bigint | number | string>): string {
  return value.kind === 'host' ? value.typeName : OBJECT_TYPES[value.kind];
}

/** For going through a value as a whole, or making it. */
export function chargeValue(value: Value): void {
  if (typeof value === 'string') chargeText(value.length);
  else chargeSize(sizeOf(value));
}

/** How many items there are in a value; nothing for objects of the host, which charge for themselves. */
export function sizeOf(value: Value): number {
  if (typeof value !== 'object' || value === null || value instanceof HostObject) return 0;
  switch (value.kind) {
    case 'list':
    case 'tuple':
      return value.items.length;
    case 'dict':
      return value.size;
    case 'set':
      return value.members.size;
    case 'undefined':
    case 'callable':
      return 0;
  }
}

/** Refuses the use of an undefined value, with the reason. */
export function refuseUndefined(value: Undefined): never {
  return fail('JINJA_UNDEFINED', value.refusal ?? value.hint ?? `'${value.name}' is undefined`);
}

/** A value as `{{ x }}` prints it: Python's `str(x)`. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof Undefined) return value.refusal === undefined ? '' : refuseUndefined(value);
  if (value instanceof HostObject) return value.text();
  return representationOf(value);
}

/** A value as it stands inside a printed list: Python's `repr(x)`. */
export function representationOf(value: Value, open: readonly object[] = []): string {
  if (value === null) return 'None';
  if (typeof value === 'string') return quoteText(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return intText(value);
  if (typeof value === 'number') return floatText(value);
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof HostObject) return value.representation();
  if (value instanceof Callable) return callableText(value);
  return open.includes(value) ? CYCLES[value.kind] : containerText(value, [...open, value]);
}

const CYCLES = { list: '[...]', tuple: '(...)', dict: '{...}', set: '{...}' } as const;

function containerText(value: JinjaList | Tuple | Dict | PySet, open: readonly object[]): string {
  // Items that share one list multiply: each is paid for before it is written.
  charge(1 + sizeOf(value) + open.length / 4);
  const inner = (item: Value): string => representationOf(item, open);
  if (value instanceof JinjaList) return `[${value.items.map(inner).join(', ')}]`;
  if (value instanceof Tuple) {
    return value.items.length === 1
      ? `(${inner(value.items[0] ?? null)},)`
      : `(${value.items.map(inner).join(', ')})`;
  }
  if (value instanceof PySet)
    return value.members.size === 0 ? 'set()' : `{${value.items.map(inner).join(', ')}}`;
  return `{${Array.from(value.entries(), ([key, item]) => `${inner(key)}: ${inner(item)}`).join(', ')}}`;
}

/**
 * A JavaScript or JSON value as a template sees it: integers become ints, other numbers floats, arrays lists, plain
 * objects and Maps dicts, Sets sets. Template values pass as they are; anything else is refused.
 */
export function toValue(json: unknown): Value {
  if (json === null || json === undefined) return null;
  if (typeof json === 'number') return Number.isSafeInteger(json) ? BigInt(json) : json;
  if (typeof json === 'string' || typeof json === 'boolean' || typeof json === 'bigint') return json;
  if (Array.isArray(json)) return new JinjaList(json.map(toValue));
  if (isValueObject(json)) return json;
  if (json instanceof Map)
    return new Dict(Array.from(json, ([key, item]) => [toValue(key), toValue(item)] as const));
  if (json instanceof Set) return new PySet(Array.from(json, toValue));
  if (typeof json === 'object')
    return new Dict(Object.entries(json).map(([key, item]) => [key, toValue(item)]));
  return fail('JINJA_TYPE', `a ${typeof json} cannot be handed to a template`);
}

function isValueObject(
  value: unknown,
): value is JinjaList | Tuple | Dict | PySet | Undefined | Callable | HostObject {
  return (
    value instanceof JinjaList ||
    value instanceof Tuple ||
    value instanceof Dict ||
    value instanceof PySet ||
    value instanceof Undefined ||
    value instanceof Callable ||
    value instanceof HostObject
  );
}

/**
 * A template's value as plain JavaScript: safe ints as numbers, sequences and iterators as arrays, dicts with string
 * keys as objects (others as Maps), sets as Sets, undefined as undefined. Functions and host objects pass as they are.
 */
export function fromValue(value: Value): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (value instanceof JinjaList || value instanceof Tuple) return value.items.map(fromValue);
  if (value instanceof Dict) return plainDict(value);
  if (value instanceof PySet) return new Set(value.items.map(fromValue));
  if (value instanceof Undefined) return undefined;
  if (value instanceof HostObject && value.iterate !== undefined && !value.isMapping) {
    return Array.from(value.iterate(), fromValue);
  }
  return value;
}

function plainDict(dict: Dict): unknown {
  const keys = dict.keys();
  if (!keys.every((key) => typeof key === 'string')) {
    return new Map(Array.from(dict.entries(), ([key, item]) => [fromValue(key), fromValue(item)]));
  }
  // A key such as __proto__ must become an own property, not the prototype.
  return Object.fromEntries(Array.from(dict.entries(), ([key, item]) => [key as string, fromValue(item)]));
}

function callableText(value: Callable): string {
  return value.attributes.has('catch_varargs')
    ? `<Macro ${quoteText(value.name)}>`
    : `<function ${value.name}>`;
}
