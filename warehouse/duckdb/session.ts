import { setTimeout as sleep } from 'node:timers/promises';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { StatementEnd } from '../statement-end.ts';
import type { Row, Session, SqlValue, StatementOptions } from '../warehouse.ts';
import { typedError } from './typed-error.ts';

/** One connection seen as a {@link Session}: values as the interface promises, errors typed. */
export function duckdbSession(connection: DuckDBConnection): Session {
  return {
    query: (sql, params, options) =>
      ending(connection, sql, options, async () => {
        const reader = await connection.runAndReadAll(sql, bind(params));
        return reader.getRowObjects().map(toRow);
      }),
    execute: (sql, params, options) =>
      ending(connection, sql, options, async () => (await connection.run(sql, bind(params))).rowsChanged),
  };
}

/** Rows as they come; the engine computes no further ahead than one chunk. */
export async function* streamRows(
  connection: DuckDBConnection,
  sql: string,
  params: readonly SqlValue[] | undefined,
  options: StatementOptions | undefined,
): AsyncGenerator<Row> {
  const watch = watchOver(connection, sql, options);
  try {
    if (watch.error !== undefined) throw watch.error;
    const result = await connection.stream(sql, bind(params));
    for await (const rows of result.yieldRowObjects()) {
      if (watch.error !== undefined) throw watch.error;
      yield* rows.map(toRow);
    }
    // An interrupted result ends as if it were complete.
    if (watch.error !== undefined) throw watch.error;
  } catch (error) {
    throw watch.error ?? typedError(error, sql);
  } finally {
    watch.over();
  }
}

/** Runs one statement that may be told to end. */
export async function ending<T>(
  connection: DuckDBConnection,
  sql: string,
  options: StatementOptions | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const watch = watchOver(connection, sql, options);
  try {
    if (watch.error !== undefined) throw watch.error;
    return await work();
  } catch (error) {
    throw watch.error ?? typedError(error, sql);
  } finally {
    watch.over();
  }
}

interface Watch {
  /** What the statement is to fail with. */
  readonly error: Error | undefined;
  readonly over: () => void;
}

const unwatched: Watch = { error: undefined, over: () => {} };

function watchOver(
  connection: DuckDBConnection,
  sql: string,
  { signal, timeoutMs }: StatementOptions = {},
): Watch {
  if (signal === undefined && timeoutMs === undefined) return unwatched;
  const state = { isOver: false };
  // An interrupt is lost on a statement that is still being prepared, hence again until it has an effect.
  const interrupt = async (): Promise<void> => {
    while (!state.isOver) {
      connection.interrupt();
      await sleep(20);
    }
  };
  const end = new StatementEnd(sql, { signal, timeoutMs }, () => void interrupt());
  return {
    get error() {
      return end.error;
    },
    over: () => {
      state.isOver = true;
      end.over();
    },
  };
}

function bind(params: readonly SqlValue[] | undefined): DuckDBValue[] {
  return [...(params ?? [])];
}

/** Decimals, dates, times and nested values become DuckDB's own text; integers keep their width. */
export function toRow(values: Record<string, DuckDBValue>): Row {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toSqlValue(value)]));
}

function toSqlValue(value: DuckDBValue): SqlValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'object') return value.toString();
  return value;
}
