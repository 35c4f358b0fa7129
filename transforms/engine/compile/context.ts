import { ShopwaveError } from '../../../lib/errors.ts';
import { dialectMacros, renderDialectMacro } from '../dialect/macros.ts';
import type { Dialect } from '../dialect/dialect.ts';
import type { MacroArgument } from '../dialect/parameters.ts';
import { formatLocation } from '../../../lib/jinja/location.ts';
import type { Template } from '../../../lib/jinja/ast.ts';
import type { Location } from '../../../lib/jinja/location.ts';
import { macroCallable } from '../../../lib/jinja/render.ts';
import type { RenderOptions } from '../../../lib/jinja/render.ts';
import { Callable, toValue, Undefined } from '../../../lib/jinja/values.ts';
import type { CallArguments, Value } from '../../../lib/jinja/values.ts';
import type { Environment } from '../project/environment.ts';
import type { Part } from '../../../lib/jinja/walk.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import type { Macro, MacroTable } from '../project/macros.ts';
import { hashSalt } from '../project/environment.ts';
import { own } from '../project/yaml.ts';
import { compileErrors } from './errors.ts';
import { itemsOf, Namespace, shownText } from '../../../lib/jinja/host.ts';
import { dbtNames } from './node-context.ts';
import { warnUnknownNames } from './warn-unknown.ts';

/** Values by name. */
export interface Names {
  readonly get: (name: string) => Value | undefined;
  readonly keys: () => Iterable<string>;
}

/** What one rendering's names are made of; the earlier hides the later. */
export interface ContextInput {
  readonly environment: Environment;
  readonly dialect: Dialect;
  /** A part of the keys is computed, not all. */
  readonly isRestricted?: boolean | undefined;
  /** Results that a unit test puts in the place of macros. */
  readonly overrides?: Readonly<Record<string, unknown>> | undefined;
  readonly macros: MacroTable;
  /** Names of the node: ref, source, config, this... */
  readonly node: Names;
  readonly base: Names;
  /** Told of every macro of the project that is looked up. */
  readonly onMacro?: ((macro: Macro) => void) | undefined;
}

/** The names of one rendering: macros of the project first, then the node's, dbt's, and the dialect's. */
export class Context {
  readonly options: RenderOptions = { globals: (name) => this.#global(name), returns: true };
  readonly #input: ContextInput;
  readonly #made = new Map<string, Value>();
  readonly #missed = new Set<string>();

  constructor(input: ContextInput) {
    this.#input = input;
  }

  /** A macro of the project as a function. */
  macro(name: string): Value | undefined {
    const macro = this.#input.macros.get(name);
    if (macro === undefined) return undefined;
    return this.#once(`macro ${name}`, () => {
      this.#input.onMacro?.(macro);
      const { definition } = macro;
      this.#warn(definition, () => [{ kind: 'macro', definition, at: definition.at }]);
      return macroCallable(macro.definition, this.options);
    });
  }

  /** Tells of names that a template reads and nobody defines. */
  warnUnknown({ body }: Template): void {
    this.#warn(body, () => body.nodes);
  }

  #warn(key: object, parts: () => readonly Part[]): void {
    const { macros, environment } = this.#input;
    const names = (): ReadonlySet<string> => new Set([...macros.keys(), ...knownNames(this.#input)]);
    warnUnknownNames(key, parts, names, environment);
  }

  /** What adapter.dispatch finds for a name. */
  dispatch(name: string, args: CallArguments): Value {
    const bare = name.slice(name.lastIndexOf('.') + 1);
    const found = this.#builtIn(bare);
    if (found !== undefined) return found;
    throw undispatched(bare, this.#input, args);
  }

  /** Puts "did you mean" to an error about a name that is not known. */
  explain(error: unknown): unknown {
    return explained(error, this.#missed, this.#input);
  }

  /** The error of a call of a name that nobody defines. */
  unknownName(name: string, at: Location): ShopwaveError {
    return unknownName(name, formatLocation(at), '', this.#input);
  }

  #global(name: string): Value | undefined {
    return (
      this.#override(name) ??
      this.macro(name) ??
      this.#input.node.get(name) ??
      this.#input.base.get(name) ??
      this.#package(name) ??
      this.#builtIn(name) ??
      this.#miss(name)
    );
  }

  #once(key: string, make: () => Value | undefined): Value | undefined {
    const before = this.#made.get(key);
    if (before !== undefined) return before;
    const value = make();
    if (value !== undefined) this.#made.set(key, value);
    return value;
  }

  /** Macros of dbt and of the dialect; the project's own for one engine, or for all, come first. */
  #builtIn(name: string): Value | undefined {
    const { dialect, macros } = this.#input;
    const own = prefixed(name, dialect).find((each) => macros.has(each));
    return own === undefined ? dialectCallable(name, this.#input) : this.macro(own);
  }

  #override(name: string): Value | undefined {
    const { overrides } = this.#input;
    const result = overrides === undefined ? undefined : own(overrides, name);
    return result === undefined ? undefined : new Callable(name, () => toValue(result));
  }

  #package(name: string): Value | undefined {
    const { projectName } = this.#input.environment;
    if (name !== 'dbt' && name !== projectName) return undefined;
    return this.#once(`package ${name}`, () =>
      name === 'dbt'
        ? new Namespace(
            'dbt',
            (each) =>
              this.#override(`dbt.${each}`) ??
              this.#builtIn(each) ??
              (dbtNames.has(each) ? this.#input.node.get(each) : undefined) ??
              this.#miss(each),
          )
        : new Namespace(name, (each) => this.macro(each) ?? this.#miss(each)),
    );
  }

  #miss(name: string): undefined {
    this.#missed.add(name);
  }
}

/** Names that adapter.dispatch tries, in its order. */
export function prefixed(name: string, dialect: Dialect): readonly string[] {
  return [`${dialect}__${name}`, `default__${name}`];
}

const callables = new Map<string, Callable>();

/** A macro of the dialect table as a function; models' own come before dbt's of the same name. */
function dialectCallable(name: string, input: ContextInput): Callable | undefined {
  const { dialect, environment } = input;
  // An as-of join sorts the whole dimension, which a part of the facts is not worth; a hash join starts from that part.
  if (name === 'asof_join' && input.isRestricted === true) return dialectCallable('version_join', input);
  const key = [name, `dbt.${name}`].find((each) => Object.hasOwn(dialectMacros, each));
  if (key === undefined) return undefined;
  if (name === 'business_date') return businessDate(dialect, environment);
  if (name === 'hash_key') return hashKey(dialect, environment);
  const id = `${dialect} ${key}`;
  const made = callables.get(id) ?? new Callable(name, (args) => renderDialect(key, dialect, args));
  callables.set(id, made);
  return made;
}

/** The business time zone is the project's, not the model's. */
function businessDate(dialect: Dialect, { vars }: Environment): Callable {
  const said = own(vars, 'business_timezone');
  const zone = typeof said === 'string' ? said : 'UTC';
  return new Callable('business_date', (args) => {
    const given = args.positional.length + args.named.size;
    const positional =
      given === 1 && args.positional.length === 1 ? [...args.positional, zone] : args.positional;
    return renderDialect('business_date', dialect, { ...args, positional });
  });
}

/** As is its salt: all keys change together. */
function hashKey(dialect: Dialect, environment: Environment): Callable {
  return new Callable('hash_key', (args) =>
    renderDialect('hash_key', dialect, {
      ...args,
      positional: [...hashSalt(environment), ...args.positional],
    }),
  );
}

function renderDialect(name: string, dialect: Dialect, { positional, named, at }: CallArguments): string {
  const texts = Object.fromEntries(Array.from(named, ([key, value]) => [key, toArgument(value)]));
  try {
    return renderDialectMacro(name, dialect, { positional: positional.map(toArgument), named: texts });
  } catch (error) {
    if (!(error instanceof ShopwaveError) || error.where !== undefined) throw error;
    const kind = { summary: '', remedy: error.remedy, retryable: error.retryable };
    throw new ShopwaveError(error.code, kind, {
      message: error.message,
      where: formatLocation(at),
      cause: error,
    });
  }
}

function toArgument(value: Value): MacroArgument {
  if (value === null || value instanceof Undefined) return null;
  if (typeof value === 'boolean') return String(value);
  const items = typeof value === 'string' ? undefined : itemsOf(value);
  const isList = typeof value === 'object' && (value.kind === 'list' || value.kind === 'tuple');
  return isList && items !== undefined ? items.map(shownText) : shownText(value);
}

function undispatched(name: string, input: ContextInput, { at }: CallArguments): Error {
  const near = nearest(name, knownNames(input));
  const tried = prefixed(name, input.dialect).join(', ');
  return compileErrors.error('COMPILE_DISPATCH', {
    message: `adapter.dispatch('${name}') found none of ${tried}${near === undefined ? '' : `; did you mean ${near}?`}`,
    where: formatLocation(at),
  });
}

function knownNames({ macros, node, base, environment, overrides = {} }: ContextInput): string[] {
  const table = Object.keys(dialectMacros).map((name) => name.replace(/^dbt\./, ''));
  const plain = [...macros.keys()].map((name) => name.replace(/^(?:duckdb|snowflake|default)__/, ''));
  return [
    ...new Set([
      ...plain,
      ...node.keys(),
      ...base.keys(),
      ...table,
      'dbt',
      'range',
      'namespace',
      'dict',
      environment.projectName,
      ...Object.keys(overrides),
    ]),
  ];
}

function explained(error: unknown, missed: ReadonlySet<string>, input: ContextInput): unknown {
  if (!(error instanceof ShopwaveError) || error.code !== 'JINJA_UNDEFINED') return error;
  const name = [...missed].find((each) => error.message.startsWith(`'${each}' is undefined`));
  if (name === undefined) return error;
  return unknownName(name, error.where, error.message.slice(`'${name}' is undefined`.length), input, error);
}

function unknownName(
  name: string,
  where: string | undefined,
  stack: string,
  input: ContextInput,
  cause?: ShopwaveError,
): ShopwaveError {
  const near = nearest(name, knownNames(input));
  return compileErrors.error('COMPILE_UNKNOWN_NAME', {
    message: `there is no macro or function ${name}${near === undefined ? '' : `; did you mean ${near}?`}${stack}`,
    where,
    cause,
  });
}
