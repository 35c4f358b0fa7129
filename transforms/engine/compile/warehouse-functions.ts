import { quoteIdentifier, quoteLiteral } from '../../../warehouse/sql-text.ts';
import type { Row } from '../../../warehouse/warehouse.ts';
import { formatLocation } from '../../../lib/jinja/location.ts';
import { chain } from '../../../lib/jinja/maybe.ts';
import { Callable, Dict, JinjaList, Undefined } from '../../../lib/jinja/values.ts';
import type { CallArguments, Value } from '../../../lib/jinja/values.ts';
import { agateTable } from './agate.ts';
import { Column, columnClass } from './columns.ts';
import { compileErrors } from './errors.ts';
import { argumentError, bind, bound, fn, mustText, Namespace, shownText } from '../../../lib/jinja/host.ts';
import type { Makers } from '../../../lib/jinja/host.ts';
import { createRelation, Relation } from './relation.ts';

/** Answers of the warehouse; undefined while a project is parsed, when nothing is asked. */
export type Ask = ((sql: string, args: CallArguments) => Promise<readonly Row[]>) | undefined;

/** The warehouse of a scope, or a typed error at the call where the scope has none. */
export function asker(runQuery: ((sql: string) => Promise<readonly Row[]>) | undefined): Ask {
  return (sql, { at }) => {
    if (runQuery !== undefined) return runQuery(sql);
    throw compileErrors.error('COMPILE_NEEDS_WAREHOUSE', {
      message: 'the warehouse is asked here, and this rendering has none',
      where: formatLocation(at),
    });
  };
}

/** What the functions that ask the warehouse need of a rendering. */
export interface WarehouseInput {
  readonly ask: Ask;
  readonly targetType: string;
  readonly dispatch: (name: string, args: CallArguments) => Value;
  /** Results of statements by name, of this rendering. */
  readonly results: Map<string, Value>;
  readonly onVolatile: () => void;
}

/** run_query, statement, load_result and the adapter. */
export const warehouseMakers: Makers<WarehouseInput> = {
  run_query: ({ ask, onVolatile }) =>
    bound('run_query', ['sql'], ([sql], args) => {
      onVolatile();
      return ask === undefined ? notWhileParsing('run_query') : ask(shownText(sql), args).then(agateTable);
    })[1],
  statement: ({ ask, results, onVolatile }) =>
    new Callable('statement', (args) => {
      onVolatile();
      return ask === undefined ? '' : statement(ask, results, args);
    }),
  load_result: ({ results, ask }) =>
    bound(
      'load_result',
      ['name'],
      ([name]) =>
        results.get(shownText(name)) ??
        (ask === undefined ? notWhileParsing('load_result') : new Undefined('load_result')),
    )[1],
  store_result: ({ results }) =>
    bound('store_result', ['name', 'response', 'agate_table'], ([name, response, table]) => {
      results.set(shownText(name), resultOf(response ?? null, table ?? null));
      return '';
    })[1],
  adapter: ({ ask, targetType, dispatch, onVolatile }) => adapter(ask, targetType, dispatch, onVolatile),
  api: () => apiNamespace,
};

/** Undefined, and who asks more of it than that is told why. */
function notWhileParsing(name: string): Undefined {
  const hint = `${name} gives nothing while the project is parsed; guard what reads its result with {% if execute %}`;
  return new Undefined(name, undefined, hint);
}

function statement(
  ask: NonNullable<Ask>,
  results: Map<string, Value>,
  args: CallArguments,
): Value | Promise<Value> {
  const [name, fetch, , , caller] = bind(
    'statement',
    ['name', 'fetch_result', 'auto_begin', 'language', 'caller'],
    args,
  );
  if (!(caller instanceof Callable))
    throw argumentError('statement is used as {% call statement(...) %}', args);
  const text = caller.call({ positional: [], named: new Map(), at: args.at, run: args.run });
  return chain(text, async (sql) => {
    const rows = await ask(shownText(sql), args);
    if (name !== undefined && name !== null) {
      results.set(shownText(name), resultOf('OK', agateTable(fetch === true ? rows : [])));
    }
    return '';
  });
}

function resultOf(response: Value, table: Value): Value {
  const rows = table instanceof Object && 'iterate' in table ? [...(table.iterate?.() ?? [])] : [];
  return new Dict([
    ['response', response],
    ['data', new JinjaList(rows)],
    ['table', table],
  ]);
}

const api = new Map<string, Value>([
  ['Relation', new Namespace('api.Relation', new Map<string, Value>([fn('create', createRelation)]))],
  ['Column', columnClass],
]);

const apiNamespace = new Namespace('api', api);

function adapter(
  ask: Ask,
  type: string,
  dispatch: (name: string, args: CallArguments) => Value,
  onVolatile: () => void,
): Value {
  const columnsOf = async (relation: Value | undefined, args: CallArguments): Promise<Column[]> => {
    onVolatile();
    return ask === undefined ? [] : await readColumns(ask, relation, args);
  };
  return new Namespace(
    'adapter',
    new Map<string, Value>([
      bound('dispatch', ['macro_name', 'macro_namespace'], ([name], args) =>
        dispatch(mustText(name, 'the name of a macro', args), args),
      ),
      bound('type', [], () => type),
      bound('quote', ['identifier'], ([name]) => quoteIdentifier(shownText(name))),
      bound('quote_as_configured', ['identifier', 'quote_key'], ([name]) => shownText(name)),
      bound('get_columns_in_relation', ['relation'], ([relation], args) =>
        ask === undefined
          ? new JinjaList()
          : columnsOf(relation, args).then((columns) => new JinjaList(columns)),
      ),
      bound('get_missing_columns', ['from_relation', 'to_relation'], ([from, to], args) =>
        ask === undefined ? new JinjaList() : missingColumns(columnsOf, from, to, args),
      ),
      bound('get_relation', ['database', 'schema', 'identifier'], ([database, schema, identifier], args) => {
        onVolatile();
        return ask === undefined
          ? null
          : findRelation(ask, [database, schema, identifier].map(shownText), args);
      }),
      bound('check_schema_exists', ['database', 'schema'], ([, schema], args) => {
        onVolatile();
        const sql = `select 1 as found from information_schema.schemata where lower(schema_name) = ${lowered(shownText(schema))} limit 1`;
        return ask === undefined ? false : ask(sql, args).then((rows) => rows.length > 0);
      }),
    ]),
  );
}

/** The columns of a relation; none while a project is parsed. */
export function columnsIn(
  { ask, onVolatile }: Pick<WarehouseInput, 'ask' | 'onVolatile'>,
  relation: Value | undefined,
  args: CallArguments,
): Value | Promise<Value> {
  onVolatile();
  return ask === undefined
    ? new JinjaList()
    : readColumns(ask, relation, args).then((columns) => new JinjaList(columns));
}

/** A relation as it is in the warehouse; None where it is not, and while a project is parsed. */
export function findRelationIn(
  { ask, onVolatile }: Pick<WarehouseInput, 'ask' | 'onVolatile'>,
  relation: Value | undefined,
  args: CallArguments,
): Value | Promise<Value> {
  onVolatile();
  if (ask === undefined || relation === null) return null;
  if (!(relation instanceof Relation)) throw argumentError('a relation is needed', args);
  const { database = '', schema = '', identifier = '' } = relation.parts;
  return findRelation(ask, [database, schema, identifier], args);
}

async function missingColumns(
  columnsOf: (relation: Value | undefined, args: CallArguments) => Promise<Column[]>,
  from: Value | undefined,
  to: Value | undefined,
  args: CallArguments,
): Promise<Value> {
  const name = (column: Column): string => shownText(column.attribute('name')).toLowerCase();
  const there = new Set((await columnsOf(to, args)).map(name));
  return new JinjaList((await columnsOf(from, args)).filter((column) => !there.has(name(column))));
}

const lowered = (text: string): string => quoteLiteral(text.toLowerCase());

async function readColumns(
  ask: NonNullable<Ask>,
  relation: Value | undefined,
  args: CallArguments,
): Promise<Column[]> {
  if (!(relation instanceof Relation) || relation.parts.identifier === undefined) {
    throw argumentError('a relation is needed, as ref(), source() or api.Relation.create() gives it', args);
  }
  const { schema, identifier } = relation.parts;
  const inSchema = schema === undefined ? '' : ` and lower(table_schema) = ${lowered(schema)}`;
  const rows = await ask(
    `select column_name, data_type from information_schema.columns where lower(table_name) = ${lowered(identifier)}${inSchema} order by ordinal_position`,
    args,
  );
  return rows.map((row) => {
    const [name, type] = Object.values(row);
    return new Column(String(name), String(type));
  });
}

async function findRelation(
  ask: NonNullable<Ask>,
  names: readonly string[],
  args: CallArguments,
): Promise<Value> {
  const [database = '', schema = '', identifier = ''] = names;
  const rows = await ask(
    `select table_type from information_schema.tables where lower(table_schema) = ${lowered(schema)} and lower(table_name) = ${lowered(identifier)} limit 1`,
    args,
  );
  const [row] = rows;
  if (row === undefined) return null;
  const type = String(Object.values(row)[0]).includes('VIEW') ? 'view' : 'table';
  return new Relation({ database: database === '' ? undefined : database, schema, identifier, type });
}
