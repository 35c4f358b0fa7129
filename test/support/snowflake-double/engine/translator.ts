import type { Bind } from '../contract.ts';
import type { ObjectName } from './scan.ts';

/**
 * What the engine needs of the SQL half (`sql/translate.ts`). The engine reads commands itself (transactions, sessions,
 * warehouses, stages, grants, SHOW, and the frames of DDL: name, kind, columns); queries, DML, expressions and types are
 * the translator's. All of them throw SqlRefused for what they do not know.
 */
export interface TranslateContext {
  /**
   * DuckDB's text for a table or view: `v17."ORDERS"`, whose last part is the name itself, so that `orders.a` goes on
   * resolving; common table expressions and table functions are not asked for. `write` is what a DML statement changes.
   */
  readonly relation: (name: ObjectName, use: 'read' | 'write') => string;
  /** Session parameters by upper-case name, Snowflake's defaults where nothing was set. */
  readonly parameter: (name: string) => string;
  /** What CURRENT_ROLE(), CURRENT_WAREHOUSE(), ... answer, by upper-case name of the function. */
  readonly session: ReadonlyMap<string, string | null>;
  readonly binds: readonly Bind[];
}

export interface Translator {
  /** A SELECT, WITH or VALUES, as one DuckDB query. */
  readonly query: (sql: string, context: TranslateContext) => string;
  /** INSERT (also OVERWRITE, as an insert), UPDATE, DELETE, MERGE, as DuckDB statements. */
  readonly dml: (sql: string, context: TranslateContext) => readonly string[];
  /** A column's type as declared, `NUMBER(19, 0)`. */
  readonly type: (type: string, context: TranslateContext) => string;
  /** The expression of a default. */
  readonly expression: (sql: string, context: TranslateContext) => string;
}
