import { DuckDBInstance } from '@duckdb/node-api';
import type { Bind } from '../../support/snowflake-double/contract.ts';
import type { TranslateContext } from '../../support/snowflake-double/engine/translator.ts';
import { setupStatements } from '../../support/snowflake-double/sql/macros.ts';
import { translator } from '../../support/snowflake-double/sql/translate.ts';
import { snowflakeCapabilities } from '../../../warehouse/capabilities.ts';

/** A session that is set as ours are; every name is a table of DuckDB's. */
export function contextOf(binds: readonly Bind[] = []): TranslateContext {
  return {
    relation: (name) => name.map((part) => `"${part}"`).join('.'),
    parameter: (name) => String(snowflakeCapabilities.sessionParameters[name] ?? ''),
    session: new Map([['CURRENT_ROLE', 'LOADER']]),
    binds,
  };
}

export interface Translated extends AsyncDisposable {
  /** Rows of a query in Snowflake's words, each value as DuckDB writes it. */
  readonly rows: (sql: string, binds?: readonly Bind[]) => Promise<(string | null)[][]>;
  /** What the columns of a query are called. */
  readonly columnsOf: (sql: string) => Promise<readonly string[]>;
  /** The type that the one column of a query has in DuckDB. */
  readonly typeOf: (sql: string) => Promise<string>;
  /** Runs DML in Snowflake's words. */
  readonly change: (sql: string, binds?: readonly Bind[]) => Promise<void>;
  /** Runs DuckDB's own. */
  readonly duckdb: (sql: string) => Promise<void>;
}

/** A DuckDB in memory that is spoken to through the translator. */
export async function openTranslated(): Promise<Translated> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const sql of ["set TimeZone = 'UTC'", ...setupStatements]) await connection.run(sql);
  const texts = async (sql: string): Promise<(string | null)[][]> => {
    const rows = await connection.runAndReadAll(`select columns(*)::varchar from (${sql})`);
    return rows.getRows().map((row) => row.map((each) => (each === null ? null : String(each))));
  };
  return {
    rows: (sql, binds) => texts(translator.query(sql, contextOf(binds))),
    columnsOf: async (sql) =>
      (await connection.runAndReadAll(translator.query(sql, contextOf()))).columnNames(),
    typeOf: async (sql) => {
      const found = await connection.runAndReadAll(translator.query(sql, contextOf()));
      return String(found.columnTypes()[0]);
    },
    change: async (sql, binds) => {
      for (const each of translator.dml(sql, contextOf(binds))) await connection.run(each);
    },
    duckdb: async (sql) => void (await connection.run(sql)),
    [Symbol.asyncDispose]: () => {
      connection.closeSync();
      instance.closeSync();
      return Promise.resolve();
    },
  };
}
