import type { Environment } from '../project/environment.ts';
import type { Maybe } from '../jinja/maybe.ts';
import { Undefined } from '../jinja/values.ts';
import type { CallArguments, Value } from '../jinja/values.ts';
import { ConfigObject } from './config-object.ts';
import type { ConfigAccess } from './config-object.ts';
import { argumentError, bound, fn, mustText, Namespace, shownText } from './host.ts';
import { platformFunctions } from './platform.ts';
import type { Relation } from './relation.ts';
import { warehouseFunctions } from './warehouse-functions.ts';
import type { Ask } from './warehouse-functions.ts';

/** A ref as written. */
export interface RefRequest {
  readonly name: string;
  readonly version: string | undefined;
}

/** The node being rendered, as its template sees it. */
export interface NodeInput {
  readonly environment: Environment;
  readonly execute: boolean;
  readonly isIncremental: () => boolean;
  readonly ref: (request: RefRequest, args: CallArguments) => Maybe<Value>;
  /** `name` is `source.table`. */
  readonly source: (name: string, args: CallArguments) => Value;
  readonly config: ConfigAccess;
  readonly self: Relation | undefined;
  readonly model: () => Value;
  readonly graph: () => Value;
  readonly ask: Ask;
  readonly touched?: string | undefined;
  readonly changed?: string | undefined;
  readonly changedInRun?: ((model: string) => string | undefined) | undefined;
  readonly onTouched: () => void;
  readonly functions?: Readonly<Record<string, (args: readonly string[]) => string>> | undefined;
  readonly onVolatile: () => void;
}

/** ref, source, config, this and all other names that depend on the node. */
export function nodeValues(
  input: NodeInput,
  dispatch: (name: string, args: CallArguments) => Value,
): ReadonlyMap<string, Value> {
  const ref = fn('ref', (args) => input.ref(refRequest(input.environment, args), args));
  const source = bound('source', ['source_name', 'table_name'], ([name, table], args) =>
    input.source(`${mustText(name, 'the name of a source', args)}.${mustText(table, 'the name of a table', args)}`, args),
  );
  const config: readonly [string, Value] = ['config', new ConfigObject(input.config)];
  const lazy = new Namespace('graph', (name) => namespaceOf(input.graph(), name));
  return new LazyValues(
    new Map<string, Value>([
      ref,
      source,
      config,
      ['builtins', new Namespace('builtins', new Map<string, Value>([ref, source, config]))],
      fn('is_incremental', () => input.isIncremental()),
      ...platformFunctions(input),
      ...warehouseFunctions(input.ask, input.environment.target.type, dispatch, input.onVolatile),
      ['graph', lazy],
      ['this', input.self ?? new Undefined('this')],
      ['database', input.self?.parts.database ?? input.environment.target.database],
      ['schema', input.self?.parts.schema ?? input.environment.target.schema],
      ...Object.entries(input.functions ?? {}).map(([name, call]) => fn(name, (args) => call(args.positional.map(shownText)))),
    ]),
    {
      execute: () => {
        input.onVolatile();
        return input.execute;
      },
      model: input.model,
    },
  );
}

/** Values of which some are made, and noticed, only when they are read. */
class LazyValues extends Map<string, Value> {
  readonly #made: Readonly<Record<string, () => Value>>;
  constructor(values: ReadonlyMap<string, Value>, made: Readonly<Record<string, () => Value>>) {
    super(values);
    this.#made = made;
  }
  override get(name: string): Value | undefined {
    return super.get(name) ?? (Object.hasOwn(this.#made, name) ? this.#made[name]?.() : undefined);
  }
}

function namespaceOf(value: Value, name: string): Value | undefined {
  return typeof value === 'object' && value !== null && value.kind === 'dict' ? value.get(name) : undefined;
}

/** ref('name'), ref('project', 'name'), both with v= or version=. */
function refRequest({ projectName }: Environment, args: CallArguments): RefRequest {
  const texts = args.positional.map((each) => mustText(each, 'the name of a model', args));
  const unknown = [...args.named.keys()].find((key) => key !== 'v' && key !== 'version');
  if (texts.length === 0 || texts.length > 2 || unknown !== undefined) {
    throw argumentError('ref() takes a model, or a project and a model, and v= for a version', args);
  }
  const [first = '', second] = texts;
  if (second !== undefined && first !== projectName) {
    throw argumentError(`ref('${first}', '${second}'): there is no package ${first}, only ${projectName}`, args);
  }
  const version = args.named.get('v') ?? args.named.get('version');
  return { name: second ?? first, version: version === undefined || version === null ? undefined : shownText(version) };
}
