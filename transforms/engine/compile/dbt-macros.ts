import { chain } from '../../../lib/jinja/maybe.ts';
import { Callable, Dict, HostObject, JinjaList, Undefined } from '../../../lib/jinja/values.ts';
import type { CallArguments, Value } from '../../../lib/jinja/values.ts';
import type { Environment } from '../project/environment.ts';
import { agateTable } from './agate.ts';
import type { ConfigAccess } from './config-object.ts';
import type { RunFlags } from './flags.ts';
import { bound, shownText } from '../../../lib/jinja/host.ts';
import type { Makers } from '../../../lib/jinja/host.ts';
import type { Ask } from './warehouse-functions.ts';

/** What dbt's own macros need of a rendering. */
export interface DbtMacroInput {
  readonly environment: Environment;
  readonly config: ConfigAccess;
  readonly flags?: RunFlags | undefined;
  readonly ask: Ask;
  readonly dispatch: (name: string, args: CallArguments) => Value;
  readonly onVolatile: () => void;
  readonly findRelation: (relation: Value | undefined, args: CallArguments) => Value | Promise<Value>;
  readonly columnsOf: (relation: Value | undefined, args: CallArguments) => Value | Promise<Value>;
}

/** Macros of dbt's global project that models and macros of other projects call. */
export const dbtMacroMakers: Makers<DbtMacroInput> = {
  load_relation: (input) => loader('load_relation', input),
  load_cached_relation: (input) => loader('load_cached_relation', input),
  get_columns_in_relation: ({ columnsOf }) =>
    bound('get_columns_in_relation', ['relation'], ([relation], args) => columnsOf(relation, args))[1],
  get_columns_in_query: (input) =>
    bound('get_columns_in_query', ['select_sql'], ([sql], args) =>
      columnsInQuery(input, shownText(sql), args),
    )[1],
  get_intervals_between: (input) =>
    bound('get_intervals_between', ['start_date', 'end_date', 'datepart'], (values, args) =>
      intervalsBetween(input, values, args),
    )[1],
  should_full_refresh: ({ config, flags }) =>
    setting('should_full_refresh', config, 'full_refresh', flags?.fullRefresh ?? false),
  should_store_failures: ({ config }) => setting('should_store_failures', config, 'store_failures', false),
  before_begin: () => hook('before_begin', false),
  in_transaction: () => hook('in_transaction', true),
  after_commit: () => hook('after_commit', false),
  generate_schema_name: () => schemaName('generate_schema_name'),
  default__generate_schema_name: () => schemaName('default__generate_schema_name'),
  generate_schema_name_for_env: ({ environment }) =>
    bound('generate_schema_name_for_env', ['custom_schema_name', 'node'], ([custom, node]) => {
      const isProduction = environment.target.name === 'prod' && isGiven(custom);
      return isProduction ? shownText(custom).trim() : layerOf(node);
    })[1],
  generate_alias_name: () => aliasName('generate_alias_name'),
  default__generate_alias_name: () => aliasName('default__generate_alias_name'),
  generate_database_name: (input) => databaseName('generate_database_name', input),
  default__generate_database_name: (input) => databaseName('default__generate_database_name', input),
};

function isGiven(value: Value | undefined): value is Value {
  return value !== undefined && value !== null && !(value instanceof Undefined);
}

function loader(name: string, { findRelation }: DbtMacroInput): Value {
  return bound(name, ['relation'], ([relation], args) => findRelation(relation, args))[1];
}

/** Names of a query's columns, also where it gives no row: one row of nulls stands for it. */
function columnsInQuery(
  { ask, onVolatile }: DbtMacroInput,
  sql: string,
  args: CallArguments,
): Value | Promise<Value> {
  onVolatile();
  if (ask === undefined) return new JinjaList();
  const probe = `select asked.* from (select 1 as one_row) as one_row left join (\n${sql}\n) as asked on 1 = 0`;
  return ask(probe, args).then((rows) => agateTable(rows).attribute('column_names') ?? null);
}

/** dbt's own answer where nothing is asked is 1. */
function intervalsBetween(
  { ask, dispatch, onVolatile }: DbtMacroInput,
  values: readonly (Value | undefined)[],
  args: CallArguments,
): Value | Promise<Value> {
  onVolatile();
  if (ask === undefined) return 1n;
  const datediff = dispatch('datediff', args);
  if (!(datediff instanceof Callable)) return 1n;
  const text = datediff.call({ ...args, positional: values.map((each) => each ?? null), named: new Map() });
  return chain(text, (sql) =>
    ask(`select ${shownText(sql)} as intervals`, args).then(([row]) => {
      const count = Number(Object.values(row ?? {})[0] ?? 1);
      return Number.isInteger(count) ? BigInt(count) : count;
    }),
  );
}

/** The node's setting, else the flag of the command. */
function setting(name: string, config: ConfigAccess, key: string, otherwise: boolean): Value {
  return new Callable(name, () => {
    const said = config.get(key);
    return typeof said === 'boolean' ? said : otherwise;
  });
}

function hook(name: string, transaction: boolean): Value {
  return bound(name, ['sql'], ([sql]) => {
    return new Dict([
      ['sql', sql ?? ''],
      ['transaction', transaction],
    ]);
  })[1];
}

/** Layers are schemas, as the engine names them where no macro of the project decides. */
function schemaName(name: string): Value {
  return bound(name, ['custom_schema_name', 'node'], ([custom, node]) => {
    const layer = layerOf(node);
    const own = isGiven(custom) ? shownText(custom).trim() : '';
    return own === '' || own === layer ? layer : `${layer}_${own}`;
  })[1];
}

function aliasName(name: string): Value {
  return bound(name, ['custom_alias_name', 'node'], ([custom, node]) => {
    if (isGiven(custom) && shownText(custom) !== '') return shownText(custom).trim();
    const version = attributeOf(node, 'version');
    const suffix = version === '' ? '' : `_v${version.replaceAll('.', '_')}`;
    return `${attributeOf(node, 'name')}${suffix}`;
  })[1];
}

function databaseName(name: string, { environment }: DbtMacroInput): Value {
  return bound(name, ['custom_database_name', 'node'], ([custom]) =>
    isGiven(custom) ? shownText(custom).trim() : environment.target.database,
  )[1];
}

function layerOf(node: Value | undefined): string {
  return attributeOf(node, 'schema');
}

function attributeOf(node: Value | undefined, name: string): string {
  const value =
    node instanceof Dict ? node.get(name) : node instanceof HostObject ? node.attribute(name) : undefined;
  return isGiven(value) ? shownText(value) : '';
}
