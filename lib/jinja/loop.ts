import type { Expr, ForNode } from './ast.ts';
import { assign } from './assign.ts';
import { evaluate } from './expression.ts';
import { fail } from './errors.ts';
import { Scope } from './interpreter.ts';
import type { Frame, Interpreter } from './interpreter.ts';
import { chain } from './maybe.ts';
import type { Maybe } from './maybe.ts';
import { UniqueObject } from './objects.ts';
import { isEqual, isTrue, iterate, lengthOf } from './operators.ts';
import { bind, signature } from './signature.ts';
import { Callable, Tuple } from './values.ts';
import type { CallArguments, Value } from './values.ts';
import { walkNodes } from './walk.ts';

/** What a loop goes through, and its length where that is known without going through it. */
export interface LoopSource {
  readonly items: Iterable<Value>;
  readonly length: (() => number) | undefined;
}

/** The items of a `for`, those its condition refuses left out; lazily, as the body may change what it reads. */
export function loopItems(node: ForNode, value: Value, frame: Frame): Maybe<LoopSource> {
  const items = iterate(value);
  const { filter } = node;
  if (filter === undefined) {
    const known = lengthOf(value) !== undefined;
    return { items, length: known ? () => lengthOf(value) ?? 0 : undefined };
  }
  if (frame.it.settings.isAsync && hasCall(filter)) {
    return chain(filterAhead(node, filter, items, frame), (kept) => ({ items: kept, length: undefined }));
  }
  return { items: filterLazily(node, filter, items, frame), length: undefined };
}

function accepts(node: ForNode, filter: Expr, item: Value, frame: Frame): Maybe<boolean> {
  frame.it.step();
  const inner = { ...frame, scope: new Scope(frame.scope) };
  assign(node.target, item, inner);
  return chain(evaluate(filter, inner), isTrue);
}

function* filterLazily(node: ForNode, filter: Expr, items: Iterable<Value>, frame: Frame): Generator<Value> {
  for (const item of items) if (accepts(node, filter, item, frame) === true) yield item;
}

/** A condition that may have to wait is asked for all items before the first iteration. */
async function filterAhead(
  node: ForNode,
  filter: Expr,
  items: Iterable<Value>,
  frame: Frame,
): Promise<Value[]> {
  const kept: Value[] = [];
  for (const item of items) if (await accepts(node, filter, item, frame)) kept.push(item);
  return kept;
}

function hasCall(expr: Expr): boolean {
  let found = false;
  walkNodes([expr], (part) => {
    if (part.kind === 'call') found = true;
  });
  return found;
}

/** The `loop` of a `for`; looks one item ahead only when asked to. */
export class Loop extends UniqueObject {
  override readonly typeName = 'LoopContext';
  index0 = -1;
  /** Whether any iteration came to its end: a loop of which every one was cut short still takes its `else`. */
  isAnyComplete = false;
  current: Value = null;
  readonly #it: Interpreter;
  readonly #depth0: number;
  readonly #source: LoopSource;
  readonly #recurse: ((items: Value) => Maybe<Value>) | undefined;
  #iterator: Iterator<Value>;
  #ahead: IteratorResult<Value> | undefined;
  #before: Value | undefined;
  #length: number | undefined;
  #changed: Value | undefined;

  constructor(
    source: LoopSource,
    it: Interpreter,
    depth0: number,
    recurse: ((items: Value) => Maybe<Value>) | undefined,
  ) {
    super();
    this.#source = source;
    this.#iterator = source.items[Symbol.iterator]();
    this.#it = it;
    this.#depth0 = depth0;
    this.#recurse = recurse;
  }

  /** Moves to the next item; false at the end. */
  advance(): boolean {
    const next = this.#ahead ?? this.#iterator.next();
    this.#ahead = undefined;
    if (next.done === true) return false;
    if (this.index0 >= 0) this.#before = this.current;
    this.index0 += 1;
    this.current = next.value;
    return true;
  }

  #peek(): IteratorResult<Value> {
    this.#ahead ??= this.#iterator.next();
    return this.#ahead;
  }

  #total(): number {
    if (this.#length !== undefined) return this.#length;
    if (this.#source.length !== undefined) this.#length = this.#source.length();
    else {
      const rest = this.#ahead?.done === true ? [] : [...remaining(this.#iterator)];
      const isAhead = this.#ahead !== undefined && this.#ahead.done !== true;
      this.#iterator = rest[Symbol.iterator]();
      this.#length = this.index0 + 1 + rest.length + (isAhead ? 1 : 0);
    }
    return this.#length;
  }

  override attribute(name: string): Value | undefined {
    return ATTRIBUTES.get(name)?.(this);
  }
  override text(): string {
    return `<LoopContext ${this.index0 + 1}/${this.#total()}>`;
  }
  override length(): number {
    return this.#total();
  }
  override call(args: CallArguments): Value | Promise<Value> {
    const [items = null] = bind('loop', ITERABLE, args.positional, args.named).values;
    if (this.#recurse === undefined) {
      return fail('JINJA_TYPE', "the loop must have the 'recursive' marker to be called");
    }
    return this.#recurse(items);
  }
  override iterate(): Iterable<Value> {
    return fail('JINJA_TYPE', 'the loop itself cannot be gone through');
  }

  get total(): bigint {
    return BigInt(this.#total());
  }
  get depth0(): bigint {
    return BigInt(this.#depth0);
  }
  get isLast(): boolean {
    return this.#peek().done === true;
  }
  get previous(): Value {
    if (this.#before !== undefined) return this.#before;
    return this.#it.undefinedValue('previtem', 'there is no previous item');
  }
  get next(): Value {
    const next = this.#peek();
    return next.done === true ? this.#it.undefinedValue('nextitem', 'there is no next item') : next.value;
  }
  cycle(values: readonly Value[]): Value {
    if (values.length === 0) return fail('JINJA_ARGUMENTS', 'loop.cycle() needs at least one value');
    return values[this.index0 % values.length] ?? null;
  }
  changed(values: readonly Value[]): boolean {
    const tuple = new Tuple(values);
    const isNew = this.#changed === undefined || !isEqual(this.#changed, tuple);
    if (isNew) this.#changed = tuple;
    return isNew;
  }
}

const ITERABLE = signature('iterable');

function* remaining(iterator: Iterator<Value>): Generator<Value> {
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) yield next.value;
}

const ATTRIBUTES: ReadonlyMap<string, (loop: Loop) => Value> = new Map<string, (loop: Loop) => Value>([
  ['index', (loop) => BigInt(loop.index0 + 1)],
  ['index0', (loop) => BigInt(loop.index0)],
  ['revindex', (loop) => loop.total - BigInt(loop.index0)],
  ['revindex0', (loop) => loop.total - BigInt(loop.index0) - 1n],
  ['first', (loop) => loop.index0 === 0],
  ['last', (loop) => loop.isLast],
  ['length', (loop) => loop.total],
  ['depth', (loop) => loop.depth0 + 1n],
  ['depth0', (loop) => loop.depth0],
  ['previtem', (loop) => loop.previous],
  ['nextitem', (loop) => loop.next],
  ['cycle', (loop) => new Callable('cycle', (args) => loop.cycle(args.positional))],
  ['changed', (loop) => new Callable('changed', (args) => loop.changed(args.positional))],
]);
