import { attributeOf, itemOf } from './attributes.ts';
import { BUILTIN_FILTERS } from './filters.ts';
import { BUILTIN_TESTS } from './tests.ts';
import type { Environment, HostFilter, HostTest, Limits } from './environment.ts';
import { fail } from './errors.ts';
import type { Location } from './location.ts';
import { chargeTo } from './meter.ts';
import { nearest } from '../edit-distance.ts';
import { Undefined, chargeValue, typeName } from './values.ts';
import type { RunState, Value } from './values.ts';

/** One scope of names; a name that is there without a value is undefined and hides the outer ones. */
export class Scope {
  readonly names: Map<string, Value | undefined>;
  readonly parent: Scope | undefined;
  constructor(parent: Scope | undefined, names: Map<string, Value | undefined> = new Map()) {
    this.parent = parent;
    this.names = names;
  }
}

/** Where a body's text goes. */
export class Output {
  text = '';
}

/** Everything a node needs to run: the interpreter, the names it sees and where its text goes. */
export interface Frame {
  readonly it: Interpreter;
  readonly scope: Scope;
  readonly out: Output;
}

export interface InterpreterSettings {
  readonly globals: (name: string) => Value | undefined;
  readonly isStrict: boolean;
  readonly callUndefined: 'error' | 'undefined';
  readonly limits: Limits;
  readonly filters: ReadonlyMap<string, HostFilter>;
  readonly tests: ReadonlyMap<string, HostTest>;
  readonly names: (() => Iterable<string>) | undefined;
  readonly isAsync: boolean;
  readonly run: RunState;
}

/** Filters that do not go through what they are given. */
const GLANCING_FILTERS: ReadonlySet<string> = new Set([
  'length',
  'count',
  'first',
  'default',
  'd',
  'batch',
  'attr',
]);

/** The state of one rendering, and what filters and tests see of it. */
export class Interpreter implements Environment {
  readonly settings: InterpreterSettings;
  readonly limits: Limits;
  readonly run: RunState;
  /** The node that is being worked on: errors arise there. */
  at: Location;

  constructor(settings: InterpreterSettings, at: Location) {
    this.settings = settings;
    this.limits = settings.limits;
    this.run = settings.run;
    this.at = at;
  }

  step(): void {
    chargeTo(this);
    const { run } = this;
    run.steps += 1;
    if (run.steps > this.limits.steps) fail('JINJA_LIMIT', `more than ${this.limits.steps} steps`);
  }

  /** To be said behind every wait: another rendering may have been at work in between. */
  resume(): void {
    chargeTo(this);
  }

  write(out: Output, text: string): void {
    this.run.output += text.length;
    if (this.run.output > this.limits.output) {
      fail('JINJA_LIMIT', `more than ${this.limits.output} characters of output`);
    }
    out.text += text;
  }

  enter(): void {
    this.run.depth += 1;
    if (this.run.depth > this.limits.depth) {
      this.run.depth -= 1;
      fail('JINJA_LIMIT', `macros are nested more than ${this.limits.depth} levels deep`);
    }
  }

  lookup(scope: Scope, name: string): Value {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
      const value = at.names.get(name);
      if (value !== undefined) return value;
      if (at.names.has(name)) return this.undefinedValue(name);
    }
    const value = this.settings.globals(name);
    return value === undefined ? this.unknownName(scope, name) : value;
  }

  private unknownName(scope: Scope, name: string): Undefined {
    if (!this.settings.isStrict) return new Undefined(name);
    const known = new Set(this.settings.names?.());
    for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
      for (const local of at.names.keys()) known.add(local);
    }
    const near = nearest(name, known);
    return new Undefined(
      name,
      `'${name}' is undefined${near === undefined ? '' : `; did you mean '${near}'?`}`,
    );
  }

  undefinedValue(name: string, message = `'${name}' is undefined`): Undefined {
    return new Undefined(name, this.settings.isStrict ? message : undefined);
  }

  attribute(value: Value, name: string): Value {
    const found = attributeOf(value, name);
    if (found !== undefined) return found;
    if (!this.settings.isStrict) return new Undefined(name);
    return this.undefinedValue(name, `a value of type ${typeName(value)} has no attribute '${name}'`);
  }

  item(value: Value, key: Value): Value {
    // What is taken from an undefined value is that value: its name says what was missing first.
    if (value instanceof Undefined && value.refusal === undefined) return value;
    const found = itemOf(value, key);
    if (found !== undefined) return found;
    const name = typeof key === 'string' || typeof key === 'bigint' ? String(key) : typeName(key);
    return this.undefinedValue(name, `a value of type ${typeName(value)} has no item '${name}'`);
  }

  hasFilter(name: string): boolean {
    return this.settings.filters.has(name) || BUILTIN_FILTERS.has(name);
  }

  hasTest(name: string): boolean {
    return this.settings.tests.has(name) || BUILTIN_TESTS.has(name);
  }

  filter(name: string, value: Value, positional: readonly Value[], named: ReadonlyMap<string, Value>): Value {
    this.step();
    const own = this.settings.filters.get(name);
    if (own !== undefined) return own(value, { positional, named, at: this.at, run: this.run });
    const builtin = BUILTIN_FILTERS.get(name);
    if (builtin === undefined) return this.unknown('filter', name, BUILTIN_FILTERS.keys());
    if (!GLANCING_FILTERS.has(name)) chargeValue(value);
    const result = builtin(value, positional, named, this);
    if (result !== value) chargeValue(result);
    return result;
  }

  test(name: string, value: Value, positional: readonly Value[], named: ReadonlyMap<string, Value>): boolean {
    this.step();
    const own = this.settings.tests.get(name);
    if (own !== undefined) return own(value, { positional, named, at: this.at, run: this.run });
    const builtin = BUILTIN_TESTS.get(name);
    if (builtin === undefined) return this.unknown('test', name, BUILTIN_TESTS.keys());
    return builtin(value, positional, named, this);
  }

  unknown(what: 'filter' | 'test', name: string, known: Iterable<string>): never {
    const near = nearest(name, known);
    return fail(
      'JINJA_UNDEFINED',
      `there is no ${what} '${name}'${near === undefined ? '' : `; did you mean '${near}'?`}`,
    );
  }
}
