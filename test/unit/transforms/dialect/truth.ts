import { renderDialectMacro } from '../../../../transforms/engine/dialect/macros.ts';
import type { Dialect } from '../../../../transforms/engine/dialect/macros.ts';
import type { MacroArgument } from '../../../../transforms/engine/dialect/parameters.ts';

/** What Snowflake documents for a call: its value as text, NULL, or an error. */
export type Expected = string | null | { readonly error: RegExp };

/** Completes a rendering to a query of one value. */
export type Query = (sql: string) => string;

/** One line of a truth table: positional arguments, what comes out, and (where it is no expression) the query. */
export type TruthRow = readonly [args: readonly MacroArgument[], expected: Expected, query?: Query];

export type TruthTables = Readonly<Record<string, readonly TruthRow[]>>;

/** JSON as a literal of either engine: «{"a": 1}» in an argument is read by parse_json. */
const marked = /«(.*?)»/gs;

export function renderRow(name: string, [args, , query]: TruthRow, dialect: Dialect): string {
  const positional = args.map((each) => (typeof each === 'string' ? withJson(each, dialect) : each));
  const sql = renderDialectMacro(name, dialect, { positional, named: {} });
  return withJson((query ?? ((expression) => `select ${expression}`))(sql), dialect);
}

function withJson(text: string, dialect: Dialect): string {
  return text.replaceAll(marked, (_, json: string) =>
    renderDialectMacro('parse_json', dialect, {
      positional: [`'${json.replaceAll("'", "''")}'`],
      named: {},
    }),
  );
}

/** An aggregate over literal rows: `over('x', '(1), (null)')`. */
export function over(columns: string, values: string): Query {
  return (sql) => `select ${sql} from (values ${values}) as t(${columns})`;
}

/** An aggregate over no rows at all. */
export const overNothing: Query = (sql) => `select ${sql} from (select 1 as x, 1 as y) as t where x > 1`;

/** The rows of a relation or query as one text, in order. */
export function rowsOf(column: string): Query {
  return (sql) => `select string_agg(cast(${column} as varchar), ' ' order by ${column}) from ${sql} as r`;
}

/** What type a value of it has in DuckDB. */
export const typeOf: Query = (sql) => `select typeof(${sql})`;
