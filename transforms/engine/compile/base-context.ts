import { createHash } from 'node:crypto';
import { parse, stringify } from 'yaml';
import type { Environment } from '../project/environment.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import { own } from '../project/yaml.ts';
import { formatLocation } from '../../../lib/jinja/location.ts';
import { Callable, Dict, fromValue, JinjaList, PySet, toValue, Tuple } from '../../../lib/jinja/values.ts';
import type { CallArguments, Value } from '../../../lib/jinja/values.ts';
import { compileErrors } from './errors.ts';
import { flagsObject } from './flags.ts';
import type { RunFlags } from './flags.ts';
import {
  argumentError,
  bound,
  fn,
  itemsOf,
  LazyNames,
  mustText,
  Namespace,
  shownText,
} from '../../../lib/jinja/host.ts';
import type { Makers } from '../../../lib/jinja/host.ts';
import { modules } from './modules.ts';
import { dateTime } from '../../../lib/jinja/datetime/modules.ts';
import type { OnLog } from './template-log.ts';

/** The dbt whose authoring surface this is. */
export const dbtVersion = '1.11.0';

/** What differs between renderings of one environment. */
export interface BaseOptions {
  /** profiles.yml and hooks may read secrets of the environment. */
  readonly allowSecrets: boolean;
  readonly startedAt: Date;
  readonly invocationId: string;
  /** Told that a value was read that can change without the project's files. */
  readonly onVolatile: () => void;
  /** Log lines of templates. */
  readonly onLog: OnLog;
  readonly flags?: RunFlags | undefined;
}

interface BaseInput {
  readonly environment: Environment;
  readonly options: BaseOptions;
}

/** Names that mean the same wherever a template stands: in YAML, in a macro, in a model. */
export function baseNames(environment: Environment, options: BaseOptions): LazyNames<BaseInput> {
  return new LazyNames(baseMakers(), { environment, options });
}

let made: Makers<BaseInput> | undefined;

/** Made at the first use: the tables that it joins stand further below. */
function baseMakers(): Makers<BaseInput> {
  made ??= {
    target: ({ environment }) => targetObject(environment),
    project_name: ({ environment }) => environment.projectName,
    dbt_version: () => dbtVersion,
    thread_id: () => 'Thread-1',
    invocation_id: ({ options }) => {
      options.onVolatile();
      return options.invocationId;
    },
    run_started_at: ({ options }) => {
      options.onVolatile();
      return dateTime(options.startedAt);
    },
    modules: () => modules,
    flags: ({ options }) => flagsObject(options.flags),
    selected_resources: () => new JinjaList(),
    dbt_metadata_envs: () => new Dict(),
    var: ({ environment }) => varCallable(environment),
    env_var: ({ environment, options }) =>
      new Callable('env_var', (args) => readEnv(environment, options, args)),
    exceptions: ({ environment }) => new Namespace('exceptions', new Map([...raisers, warner(environment)])),
    log: ({ options }) => teller('log', options),
    print: ({ options }) => teller('print', options),
    ...fixed,
  };
  return made;
}

/** `target`: attributes, items and `get`, as dbt's dict of it. */
function targetObject({ target }: Environment): Value {
  const entries: Record<string, unknown> = {
    ...target.settings,
    name: target.name,
    target_name: target.name,
    profile_name: target.profile,
    type: target.type,
    schema: target.schema,
    database: target.database,
    dbname: target.database,
    threads: target.threads,
  };
  return toValue(entries);
}

/** `var(...)`, with `var.has_var(name)`. */
function varCallable(environment: Environment): Value {
  const hasVar = bound('has_var', ['name'], ([name]) => Object.hasOwn(environment.vars, shownText(name)));
  return new Callable('var', (args) => readVar(environment, args), new Map([hasVar]));
}

function readVar(environment: Environment, args: CallArguments): Value {
  if (args.positional.length + args.named.size > 2)
    throw argumentError('var(name, default) takes two arguments', args);
  const name = mustText(args.positional[0] ?? args.named.get('name'), 'the name of a var', args);
  if (Object.hasOwn(environment.vars, name)) return toValue(environment.vars[name]);
  const fallback = args.positional.length > 1 ? args.positional[1] : args.named.get('default');
  if (fallback !== undefined) return fallback;
  const near = nearest(name, Object.keys(environment.vars));
  throw compileErrors.error('COMPILE_VAR_MISSING', {
    message: `there is no var ${name}${near === undefined ? '' : `; did you mean ${near}?`}`,
    where: formatLocation(args.at),
  });
}

const secretPrefix = 'DBT_ENV_SECRET';

function readEnv(environment: Environment, options: BaseOptions, args: CallArguments): Value {
  const name = mustText(
    args.positional[0] ?? args.named.get('name'),
    'the name of an environment variable',
    args,
  );
  const fallback = args.positional[1] ?? args.named.get('default');
  options.onVolatile();
  if (name.startsWith(secretPrefix) && !options.allowSecrets) {
    throw compileErrors.error('COMPILE_SECRET', {
      message: `env_var('${name}') is a secret and may not be read here`,
      where: formatLocation(args.at),
    });
  }
  const value = own(environment.env, name) ?? fallback;
  if (value !== undefined) return value;
  throw compileErrors.error('COMPILE_ENV_MISSING', {
    message: `the environment variable ${name} is not set`,
    where: formatLocation(args.at),
  });
}

function teller(name: string, options: BaseOptions): Value {
  return bound(name, ['msg', 'info'], ([message, info]) => {
    options.onLog(shownText(message), name === 'print' || info === true);
    return '';
  })[1];
}

function raise(args: CallArguments, message: string): never {
  throw compileErrors.error('COMPILE_RAISED', { message, where: formatLocation(args.at) });
}

const raisers: readonly (readonly [string, Value])[] = [
  bound('raise_compiler_error', ['msg', 'node'], ([message], args) => raise(args, shownText(message))),
  bound('raise_not_implemented', ['msg'], ([message], args) => raise(args, shownText(message))),
  bound('raise_database_error', ['msg', 'node'], ([message], args) => raise(args, shownText(message))),
  bound('missing_config', ['model', 'name'], ([, name], args) =>
    raise(args, `the setting ${shownText(name)} is missing`),
  ),
  bound('missing_relation', ['relation', 'model'], ([name], args) =>
    raise(args, `the relation ${shownText(name)} is missing`),
  ),
];

function warner(environment: Environment): readonly [string, Value] {
  return bound('warn', ['msg', 'node'], ([message], args) => {
    environment.onWarning(`${formatLocation(args.at)}: ${shownText(message)}`);
    return '';
  });
}

const conversions: readonly (readonly [string, Value])[] = [
  bound('fromjson', ['string', 'default'], ([text, fallback]) =>
    attempt(() => toValue(JSON.parse(shownText(text)) as unknown), fallback),
  ),
  bound('tojson', ['value', 'default', 'sort_keys'], ([value, fallback, sort]) =>
    attempt(() => pythonJson(fromValue(value ?? null), sort === true), fallback),
  ),
  bound('fromyaml', ['value', 'default'], ([text, fallback]) =>
    attempt(() => toValue(parse(shownText(text), { maxAliasCount: 100 }) as unknown), fallback),
  ),
  bound('toyaml', ['value', 'default', 'sort_keys'], ([value, fallback, sort]) =>
    attempt(
      () =>
        stringify(fromValue(value ?? null), {
          sortMapEntries: sort === true,
          indentSeq: false,
          lineWidth: 0,
        }),
      fallback,
    ),
  ),
  bound('local_md5', ['value'], ([value]) => createHash('md5').update(shownText(value)).digest('hex')),
];

/** dbt's converters answer with the default, else None, where a value cannot be converted. */
function attempt(work: () => Value, fallback: Value | undefined): Value {
  try {
    return work();
  } catch {
    return fallback ?? null;
  }
}

/** Python's json.dumps: a blank after each comma and colon, other characters than ASCII escaped. */
export function pythonJson(value: unknown, sorted: boolean): string {
  if (Array.isArray(value)) return `[${value.map((each) => pythonJson(each, sorted)).join(', ')}]`;
  if (value instanceof Map) return pythonJson(Object.fromEntries(value), sorted);
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    const ordered = sorted ? entries.toSorted(([a], [b]) => (a < b ? -1 : 1)) : entries;
    return `{${ordered.map(([key, each]) => `${pythonJson(key, sorted)}: ${pythonJson(each, sorted)}`).join(', ')}}`;
  }
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || value === undefined) throw new TypeError('not serialisable');
  const text = JSON.stringify(value);
  return text.replaceAll(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const collections: readonly (readonly [string, Value])[] = [
  bound('set', ['value', 'default'], ([value, fallback]) => toSet(value) ?? fallback ?? null),
  bound('set_strict', ['value'], ([value], args) => {
    const made = toSet(value);
    if (made === undefined) throw argumentError('set_strict(value) takes a list', args);
    return made;
  }),
  fn('zip', (args) => zipped(args.positional) ?? args.named.get('default') ?? null),
  fn('zip_strict', (args) => {
    const made = zipped(args.positional);
    if (made === undefined) throw argumentError('zip_strict(lists...) takes lists', args);
    return made;
  }),
  bound('diff_of_two_dicts', ['dict_a', 'dict_b'], ([a, b]) => differenceOf(a, b)),
];

function toSet(value: Value | undefined): Value | undefined {
  const items = itemsOf(value);
  return items === undefined ? undefined : new PySet(items);
}

function zipped(lists: readonly Value[]): Value | undefined {
  const all = lists.map(itemsOf);
  if (!all.every((each) => each !== undefined)) return undefined;
  const length = all.length === 0 ? 0 : Math.min(...all.map((each) => each.length));
  return new JinjaList(
    Array.from({ length }, (_, index) => new Tuple(all.map((each) => each[index] ?? null))),
  );
}

/** Entries of one dict of lists that the other lacks, names compared without regard to case. */
function differenceOf(a: Value | undefined, b: Value | undefined): Value {
  if (!(a instanceof Dict) || !(b instanceof Dict)) return new Dict();
  const lower = new Map(
    Array.from(b.entries(), ([key, value]) => [shownText(key).toLowerCase(), itemsOf(value) ?? []] as const),
  );
  const result = new Dict();
  for (const [key, value] of a.entries()) {
    const others = new Set(
      (lower.get(shownText(key).toLowerCase()) ?? []).map((each) => shownText(each).toLowerCase()),
    );
    const left = (itemsOf(value) ?? []).filter((each) => !others.has(shownText(each).toLowerCase()));
    if (left.length > 0) result.set(key, new JinjaList(left));
  }
  return result;
}

/** Functions that depend on nothing but their arguments. */
const fixed: Readonly<Record<string, () => Value>> = Object.fromEntries(
  [...conversions, ...collections].map(([name, value]) => [name, () => value]),
);
