import { ShopwaveError } from '../../../lib/errors.ts';
import { dialectMacros, renderDialectMacro } from '../dialect/macros.ts';
import type { Dialect } from '../dialect/dialect.ts';
import type { MacroArgument } from '../dialect/parameters.ts';
import { formatLocation } from '../jinja/location.ts';
import { macroCallable } from '../jinja/render.ts';
import type { RenderOptions } from '../jinja/render.ts';
import { Callable, toValue, Undefined } from '../jinja/values.ts';
import type { CallArguments, Value } from '../jinja/values.ts';
import type { Environment } from '../project/environment.ts';
import { nearest } from '../project/graph.ts';
import type { Macro, MacroTable } from '../project/macros.ts';
import { own } from '../project/yaml.ts';
import { compileErrors } from './errors.ts';
import { itemsOf, Namespace, shownText } from './host.ts';

/** What one rendering's names are made of; the earlier hides the later. */
export interface ContextInput {
  readonly environment: Environment;
  readonly dialect: Dialect;
  /** Results that a unit test puts in the place of macros. */
  readonly overrides?: Readonly<Record<string, unknown>> | undefined;
  readonly macros: MacroTable;
  /** Names of the node: ref, source, config, this... */
  readonly node: ReadonlyMap<string, Value>;
  readonly base: ReadonlyMap<string, Value>;
  /** Told of every macro of the project that is looked up. */
  readonly onMacro?: ((macro: Macro) => void) | undefined;
}

/** The names of one rendering, and what explains a name that is not among them. */
export interface Context {
  readonly options: RenderOptions;
  readonly dispatch: (name: string, args: CallArguments) => Value;
  readonly macro: (name: string) => Value | undefined;
  /** Puts "did you mean" to an error about a name that is not known. */
  readonly explain: (error: unknown) => unknown;
}

/** Makes the names of a rendering: macros of the project first, then the node's, dbt's, and the dialect's. */
export function createContext(input: ContextInput): Context {
  const made = new Map<string, Value>();
  const missed = new Set<string>();
  const cached = (name: string, make: () => Value | undefined): Value | undefined => {
    const before = made.get(name);
    if (before !== undefined) return before;
    const value = make();
    if (value !== undefined) made.set(name, value);
    return value;
  };
  const projectMacro = (name: string): Value | undefined =>
    cached(`macro ${name}`, () => {
      const macro = input.macros.get(name);
      if (macro === undefined) return undefined;
      input.onMacro?.(macro);
      return macroCallable(macro.definition, options);
    });
  const builtIn = (name: string): Value | undefined =>
    cached(`dbt ${name}`, () => firstOf(prefixed(name, input.dialect), projectMacro) ?? dialectCallable(name, input));
  const override = (name: string): Value | undefined => {
    const result = input.overrides === undefined ? undefined : own(input.overrides, name);
    return result === undefined ? undefined : new Callable(name, () => toValue(result));
  };
  const miss = (name: string): undefined => void missed.add(name);
  const packages = new Map<string, Value>([
    ['dbt', new Namespace('dbt', (name) => override(`dbt.${name}`) ?? builtIn(name) ?? miss(name))],
    [
      input.environment.projectName,
      new Namespace(input.environment.projectName, (name) => projectMacro(name) ?? miss(name)),
    ],
  ]);
  const globals = (name: string): Value | undefined =>
    override(name) ??
    projectMacro(name) ??
    input.node.get(name) ??
    input.base.get(name) ??
    packages.get(name) ??
    builtIn(name) ??
    miss(name);
  const options: RenderOptions = { globals, returns: true };
  const dispatch = (name: string, args: CallArguments): Value => {
    const bare = name.slice(name.lastIndexOf('.') + 1);
    const found = builtIn(bare);
    if (found !== undefined) return found;
    throw undispatched(bare, input, args);
  };
  return { options, dispatch, macro: projectMacro, explain: (error) => explained(error, missed, input) };
}

function firstOf(names: readonly string[], find: (name: string) => Value | undefined): Value | undefined {
  for (const name of names) {
    const found = find(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Names that adapter.dispatch tries, in its order. */
export function prefixed(name: string, dialect: Dialect): readonly string[] {
  return [`${dialect}__${name}`, `default__${name}`];
}

const callables = new Map<string, Callable>();

/** A macro of the dialect table as a function; models' own come before dbt's of the same name. */
function dialectCallable(name: string, { dialect, environment }: ContextInput): Callable | undefined {
  const key = [name, `dbt.${name}`].find((each) => Object.hasOwn(dialectMacros, each));
  if (key === undefined) return undefined;
  if (name === 'business_date') return businessDate(dialect, environment);
  const id = `${dialect} ${key}`;
  const made = callables.get(id) ?? new Callable(name, (args) => renderDialect(key, dialect, args));
  callables.set(id, made);
  return made;
}

/** The business time zone is the project's, not the model's. */
function businessDate(dialect: Dialect, { vars }: Environment): Callable {
  const zone = String(own(vars, 'business_timezone') ?? 'UTC');
  return new Callable('business_date', (args) => {
    const given = args.positional.length + args.named.size;
    const positional = given === 1 && args.positional.length === 1 ? [...args.positional, zone] : args.positional;
    return renderDialect('business_date', dialect, { ...args, positional });
  });
}

function renderDialect(name: string, dialect: Dialect, { positional, named, at }: CallArguments): string {
  const texts = Object.fromEntries(Array.from(named, ([key, value]) => [key, toArgument(value)]));
  try {
    return renderDialectMacro(name, dialect, { positional: positional.map(toArgument), named: texts });
  } catch (error) {
    if (!(error instanceof ShopwaveError) || error.where !== undefined) throw error;
    const kind = { summary: '', remedy: error.remedy, retryable: error.retryable };
    throw new ShopwaveError(error.code, kind, { message: error.message, where: formatLocation(at), cause: error });
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

function knownNames({ macros, node, base }: ContextInput): string[] {
  const table = Object.keys(dialectMacros).map((name) => name.replace(/^dbt\./, ''));
  const plain = [...macros.keys()].map((name) => name.replace(/^(?:duckdb|snowflake|default)__/, ''));
  return [...new Set([...plain, ...node.keys(), ...base.keys(), ...table, 'dbt', 'range', 'namespace', 'dict'])];
}

function explained(error: unknown, missed: ReadonlySet<string>, input: ContextInput): unknown {
  if (!(error instanceof ShopwaveError) || error.code !== 'JINJA_UNDEFINED') return error;
  const name = [...missed].find((each) => error.message.startsWith(`'${each}' is undefined`));
  if (name === undefined) return error;
  const near = nearest(name, knownNames(input));
  const rest = error.message.slice(`'${name}' is undefined`.length);
  return compileErrors.error('COMPILE_UNKNOWN_NAME', {
    message: `there is no macro or function ${name}${near === undefined ? '' : `; did you mean ${near}?`}${rest}`,
    where: error.where,
    cause: error,
  });
}
