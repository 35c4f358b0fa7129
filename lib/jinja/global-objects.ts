import { fail } from './errors.ts';
import { UniqueObject } from './objects.ts';
import { iterate } from './operators.ts';
import { Callable, Dict, HostObject, representationOf, chargeValue, typeName } from './values.ts';
import type { CallArguments, Value } from './values.ts';

/** Python's `dict(mapping_or_pairs, **named)`. */
export function makeDict(args: CallArguments): Dict {
  if (args.positional.length > 1) fail('JINJA_ARGUMENTS', 'dict() takes at most one positional argument');
  const [source] = args.positional;
  if (source !== undefined) chargeValue(source);
  const dict = new Dict(source === undefined ? [] : pairsOf(source));
  for (const [name, value] of args.named) dict.set(name, value);
  return dict;
}

/** The entries that a mapping or a sequence of pairs stands for. */
export function pairsOf(source: Value): Iterable<readonly [Value, Value]> {
  if (source instanceof Dict) return source.entries();
  if (source instanceof Namespace) return source.entries();
  return Array.from(iterate(source), (pair) => {
    const [key, value, ...more] = iterate(pair);
    if (key === undefined || value === undefined || more.length > 0) {
      return fail('JINJA_TYPE', `a dict is made of pairs, not of ${typeName(pair)}s of another length`);
    }
    return [key, value] as const;
  });
}

/** `namespace(...)`: the one value whose attributes can be set. */
export class Namespace extends UniqueObject {
  override readonly typeName = 'Namespace';
  readonly #values: Dict;
  constructor(values: Dict) {
    super();
    this.#values = values;
  }
  entries(): Iterable<readonly [Value, Value]> {
    return this.#values.entries();
  }
  override attribute(name: string): Value | undefined {
    return name.startsWith('__') ? undefined : this.#values.get(name);
  }
  override assign(name: string, value: Value): void {
    this.#values.set(name, value);
  }
  override text(): string {
    return `<Namespace ${representationOf(this.#values)}>`;
  }
}

/** `cycler('odd', 'even')`. */
export class Cycler extends UniqueObject {
  override readonly typeName = 'Cycler';
  readonly #items: readonly Value[];
  #at = 0;
  constructor(items: readonly Value[]) {
    super();
    if (items.length === 0) fail('JINJA_ARGUMENTS', 'cycler() needs at least one item');
    this.#items = items;
  }
  get #current(): Value {
    return this.#items[this.#at] ?? null;
  }
  override attribute(name: string): Value | undefined {
    if (name === 'current') return this.#current;
    if (name === 'pos') return BigInt(this.#at);
    if (name === 'next') return new Callable('next', () => this.#next());
    if (name === 'reset') return new Callable('reset', () => this.#reset());
    return undefined;
  }
  #next(): Value {
    const current = this.#current;
    this.#at = (this.#at + 1) % this.#items.length;
    return current;
  }
  #reset(): null {
    this.#at = 0;
    return null;
  }
  override text(): string {
    return '<Cycler>';
  }
}

/** `joiner(', ')`: nothing the first time, then the separator. */
export class Joiner extends UniqueObject {
  override readonly typeName = 'Joiner';
  readonly #separator: Value;
  #used = false;
  constructor(separator: Value) {
    super();
    this.#separator = separator;
  }
  override attribute(name: string): Value | undefined {
    if (name === 'sep') return this.#separator;
    return name === 'used' ? this.#used : undefined;
  }
  override call(): Value {
    if (this.#used) return this.#separator;
    this.#used = true;
    return '';
  }
  override text(): string {
    return '<Joiner>';
  }
}

/** Whether a value is a mapping to templates: a dict, or an object that says it is one. */
export function isMapping(value: Value): boolean {
  return value instanceof Dict || (value instanceof HostObject && value.isMapping);
}
