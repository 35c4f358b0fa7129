import type { Session, SqlValue, StatementOptions } from '../warehouse.ts';
import { bindRow, bindRows } from './binds.ts';
import type { Request } from './statement.ts';

/** A session that takes many rows in one statement. */
export interface SnowflakeSession extends Session {
  /**
   * INSERT ... VALUES (?, ...) for many rows, one statement for every few thousand; resolves to the number of rows
   * written. All or nothing inside a transaction.
   */
  readonly executeMany: (
    sql: string,
    rows: ReadonlyArray<readonly SqlValue[]>,
    options?: StatementOptions,
  ) => Promise<number>;
}

/** How a session runs what it is asked. */
export interface Runner {
  readonly query: (request: Request) => ReturnType<Session['query']>;
  readonly execute: (request: Request) => Promise<number>;
}

export function snowflakeSession({ query, execute }: Runner): SnowflakeSession {
  return {
    query: async (sql, params, options) => await query(requestOf(sql, params, options)),
    execute: async (sql, params, options) => await execute(requestOf(sql, params, options)),
    executeMany: async (sql, rows, options) => {
      let written = 0;
      const atOnce = Math.max(1, Math.floor(valuesAtMost / (rows[0]?.length ?? 1)));
      for (let from = 0; from < rows.length; from += atOnce) {
        written += await execute({ sql, binds: bindRows(rows.slice(from, from + atOnce)), options });
      }
      return written;
    },
  };
}

/** Above 65,280 values the driver would put them on a stage of its own. */
const valuesAtMost = 50_000;

export function requestOf(
  sql: string,
  params: readonly SqlValue[] | undefined,
  options: StatementOptions | undefined,
): Request {
  return { sql, binds: bindRow(params ?? []), options };
}
