import { charge, chargeSize } from './meter.ts';
import { Dict, HostObject, JinjaList, PySet, Tuple, representationOf } from './values.ts';
import type { Value } from './values.ts';

let nextId = 0;

/** An object that is equal to nothing but itself. */
export abstract class UniqueObject extends HostObject {
  readonly #id = (nextId += 1);
  override identity(): string {
    return `object ${this.#id}`;
  }
}

/**
 * A lazy sequence that can be gone through once, as filters such as `map` and `select` return it: it has no length,
 * no items, and is always true.
 */
export class Lazy extends UniqueObject {
  override readonly typeName = 'generator';
  readonly #iterator: Iterator<Value>;
  readonly #label: string;

  constructor(items: Iterable<Value>, label = 'generator object') {
    super();
    this.#iterator = items[Symbol.iterator]();
    this.#label = label;
  }

  override attribute(): undefined {
    return undefined;
  }
  override text(): string {
    return `<${this.#label}>`;
  }
  override truthy(): boolean {
    return true;
  }
  override iterate(): Iterable<Value> {
    const iterator = this.#iterator;
    // Without `return`, so that a loop that ends early leaves the rest for the next one.
    const next = (): IteratorResult<Value> => {
      charge(1);
      return iterator.next();
    };
    return { [Symbol.iterator]: () => ({ next }) };
  }
}

type ViewKind = 'keys' | 'values' | 'items';

/** What `dict.keys()`, `.values()` and `.items()` return: a live view. */
export class DictView extends UniqueObject {
  readonly #dict: Dict;
  readonly #kind: ViewKind;
  override readonly typeName: string;
  override readonly isHashable: boolean;

  constructor(dict: Dict, kind: ViewKind) {
    super();
    this.#dict = dict;
    this.#kind = kind;
    this.typeName = `dict_${kind}`;
    this.isHashable = kind === 'values';
  }

  /** Keys compare and combine like a set; so do items that can be hashed. */
  get isSetLike(): boolean {
    return this.#kind !== 'values';
  }
  members(): Dict {
    return new PySet(this.iterate()).members;
  }
  override attribute(): undefined {
    return undefined;
  }
  override text(): string {
    return `${this.typeName}(${representationOf(new JinjaList([...this.iterate()]))})`;
  }
  override length(): number {
    return this.#dict.size;
  }
  /** The keys as they are looked up; undefined for the other views. */
  keyDict(): Dict | undefined {
    return this.#kind === 'keys' ? this.#dict : undefined;
  }
  override iterate(): Iterable<Value> {
    chargeSize(this.#dict.size);
    if (this.#kind === 'keys') return this.#dict.keys();
    if (this.#kind === 'values') return this.#dict.values();
    return Array.from(this.#dict.entries(), ([key, value]) => new Tuple([key, value]));
  }
}

/** One group of `groupby`: a tuple whose parts have the names `grouper` and `list`. */
export class GroupTuple extends Tuple {
  constructor(grouper: Value, items: JinjaList) {
    super([grouper, items]);
  }
  attribute(name: string): Value | undefined {
    if (name === 'grouper') return this.items[0];
    return name === 'list' ? this.items[1] : undefined;
  }
}
