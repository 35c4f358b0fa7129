import { formatLocation } from '../../../lib/jinja/location.ts';
import { Callable, Dict, fromValue, HostObject, toValue, Undefined } from '../../../lib/jinja/values.ts';
import type { CallArguments, Value } from '../../../lib/jinja/values.ts';
import { own } from '../project/yaml.ts';
import { compileErrors } from './errors.ts';
import { argumentError, bound, shownText } from '../../../lib/jinja/host.ts';

/** Settings as `config` reads and, while a project is parsed, collects them. */
export interface ConfigAccess {
  readonly get: (name: string) => unknown;
  readonly add: (values: Readonly<Record<string, unknown>>, args: CallArguments) => void;
}

/** `config`: called in a file it sets, `config.get` and its like read. */
export class ConfigObject extends HostObject {
  override readonly typeName = 'Config';
  readonly #access: ConfigAccess;

  constructor(access: ConfigAccess) {
    super();
    this.#access = access;
  }
  override text(): string {
    return '';
  }
  override identity(): string {
    return 'config';
  }
  override call(args: CallArguments): Value {
    const [first, ...rest] = args.positional;
    if (rest.length > 0 || (first !== undefined && !(first instanceof Dict))) {
      throw argumentError("config(...) takes settings by name: config(materialized='table')", args);
    }
    const given = first instanceof Dict ? first.entries() : [];
    const entries = [...Array.from(given, ([key, value]) => [shownText(key), value] as const), ...args.named];
    // A value that is not known yet (an undefined var, a parse-mode result) sets nothing.
    const known = entries.filter(([, value]) => !(value instanceof Undefined));
    this.#access.add(Object.fromEntries(known.map(([key, value]) => [key, fromValue(value)])), args);
    return '';
  }
  override attribute(name: string): Value | undefined {
    return Object.hasOwn(methods, name) ? methods[name]?.(this.#access) : undefined;
  }
}

const methods: Readonly<Record<string, (access: ConfigAccess) => Value>> = {
  get: (access) =>
    bound('get', ['name', 'default', 'validator'], ([name, fallback]) =>
      found(access.get(shownText(name)), fallback),
    )[1],
  require: (access) =>
    bound('require', ['name', 'validator'], ([name], args) =>
      required(access.get(shownText(name)), shownText(name), args),
    )[1],
  meta_get: (access) =>
    bound('meta_get', ['name', 'default', 'validator'], ([name, fallback]) =>
      found(metaOf(access, shownText(name)), fallback),
    )[1],
  meta_require: (access) =>
    bound('meta_require', ['name', 'validator'], ([name], args) =>
      required(metaOf(access, shownText(name)), `meta.${shownText(name)}`, args),
    )[1],
  set: (access) =>
    bound('set', ['name', 'value'], ([name, value], args) => {
      access.add({ [shownText(name)]: fromValue(value ?? null) }, args);
      return '';
    })[1],
  persist_relation_docs: () => new Callable('persist_relation_docs', () => false),
  persist_column_docs: () => new Callable('persist_column_docs', () => false),
};

function metaOf(access: ConfigAccess, name: string): unknown {
  const meta = access.get('meta');
  return typeof meta === 'object' && meta !== null ? own(meta as Record<string, unknown>, name) : undefined;
}

function found(value: unknown, fallback: Value | undefined): Value {
  return value === undefined || value === null ? (fallback ?? null) : toValue(value);
}

function required(value: unknown, name: string, args: CallArguments): Value {
  if (value !== undefined && value !== null) return toValue(value);
  throw compileErrors.error('COMPILE_RAISED', {
    message: `the setting ${name} is required and not set`,
    where: formatLocation(args.at),
  });
}
