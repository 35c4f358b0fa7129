import type { Environment } from '../project/environment.ts';
import type { Maybe } from '../../../lib/jinja/maybe.ts';
import { Callable, Undefined } from '../../../lib/jinja/values.ts';
import type { CallArguments, Value } from '../../../lib/jinja/values.ts';
import { ConfigObject } from './config-object.ts';
import type { ConfigAccess } from './config-object.ts';
import { argumentError, bound, LazyNames, mustText, Namespace, shownText } from '../../../lib/jinja/host.ts';
import type { Makers } from '../../../lib/jinja/host.ts';
import { dbtMacroMakers } from './dbt-macros.ts';
import type { DbtMacroInput } from './dbt-macros.ts';
import type { RunFlags } from './flags.ts';
import { platformMakers } from './platform.ts';
import type { PlatformScope } from './platform.ts';
import type { Relation } from './relation.ts';
import { columnsIn, findRelationIn, warehouseMakers } from './warehouse-functions.ts';
import type { WarehouseInput } from './warehouse-functions.ts';

/** A ref as written. */
export interface RefRequest {
  readonly name: string;
  readonly version: string | undefined;
}

/** The node being rendered, as its template sees it. */
export interface NodeInput extends PlatformScope, WarehouseInput {
  readonly flags?: RunFlags | undefined;
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
  readonly functions?: Readonly<Record<string, (args: readonly string[]) => string>> | undefined;
}

/** ref, source, config, this and all other names that depend on the node. */
const nodeMakers: Makers<NodeInput> = {
  ref: (input) => new Callable('ref', (args) => input.ref(refRequest(input.environment, args), args)),
  source: (input) =>
    bound('source', ['source_name', 'table_name'], ([source, table], args) => {
      const name = `${mustText(source, 'the name of a source', args)}.${mustText(table, 'the name of a table', args)}`;
      return input.source(name, args);
    })[1],
  config: (input) => new ConfigObject(input.config),
  builtins: (input) =>
    new Namespace('builtins', (name) => (builtins.has(name) ? nodeMakers[name]?.(input) : undefined)),
  is_incremental: (input) => new Callable('is_incremental', () => input.isIncremental()),
  ...platformMakers,
  ...warehouseMakers,
  ...Object.fromEntries(
    Object.entries(dbtMacroMakers).map(([name, make]) => [name, (input: NodeInput) => make(dbtInput(input))]),
  ),
  graph: (input) => new Namespace('graph', (name) => namespaceOf(input.graph(), name)),
  this: ({ self }) => self ?? new Undefined('this'),
  database: ({ self, environment }) => self?.parts.database ?? environment.target.database,
  schema: ({ self, environment }) => self?.parts.schema ?? environment.target.schema,
  execute: (input) => {
    input.onVolatile();
    return input.execute;
  },
  model: (input) => input.model(),
};

function dbtInput(input: NodeInput): DbtMacroInput {
  return {
    ...input,
    findRelation: (relation, args) => findRelationIn(input, relation, args),
    columnsOf: (relation, args) => columnsIn(input, relation, args),
  };
}

/** Names of this table that dbt has under its own package as well: `dbt.run_query`, `dbt.load_relation`. */
export const dbtNames: ReadonlySet<string> = new Set([
  ...Object.keys(dbtMacroMakers),
  'run_query',
  'statement',
  'is_incremental',
]);

const builtins = new Set(['ref', 'source', 'config']);

/** The names of a node; functions of a scope hide them. */
export function nodeNames(input: NodeInput): LazyNames<NodeInput> {
  const functions = Object.entries(input.functions ?? {});
  if (functions.length === 0) return new LazyNames(nodeMakers, input);
  const makers = functions.map(([name, call]) => [
    name,
    () => new Callable(name, (args) => call(args.positional.map(shownText))),
  ]);
  return new LazyNames({ ...nodeMakers, ...(Object.fromEntries(makers) as Makers<NodeInput>) }, input);
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
    throw argumentError(
      `ref('${first}', '${second}'): there is no package ${first}, only ${projectName}`,
      args,
    );
  }
  const version = args.named.get('v') ?? args.named.get('version');
  return {
    name: second ?? first,
    version: version === undefined || version === null ? undefined : shownText(version),
  };
}
