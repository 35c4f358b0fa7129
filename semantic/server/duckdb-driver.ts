import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { systemClock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { CubeValue } from './cube-query.ts';
import { cubeDriver } from './cube-driver.ts';
import type { Rows } from './cube-driver.ts';
import type { CubeModules } from './cube-modules.ts';
import type { BindProblem, CubeReader } from './cube-reader.ts';
import { duckdbDialect } from './duckdb-dialect.ts';
import { toCubeValue, toDuckdbParameter } from './duckdb-values.ts';

/**
 * Reads the one DuckDB instance that the process owns, which stays the caller's to close, on connections of its own, in
 * UTC: the dialect casts between TIMESTAMP and TIMESTAMPTZ in the session's zone. One statement sees one publication,
 * since a publication is one transaction.
 */
export function createDuckdbReader(cube: CubeModules, instance: DuckDBInstance): CubeReader {
  const pool = connectionPool(instance);
  const { take, give } = pool;
  const busy = new Map<DuckDBConnection, Promise<unknown>>();
  let closed = false;
  let sent = 0;

  // An interrupt is lost on a statement that is still being prepared, hence again until it has an effect.
  const interrupt = async (connection: DuckDBConnection): Promise<void> => {
    const reading = busy.get(connection);
    const runs = (): boolean => reading !== undefined && busy.get(connection) === reading;
    while (runs()) {
      connection.interrupt();
      await Promise.race([Promise.allSettled([reading]), systemClock.sleep(20)]);
    }
  };
  const query = (sql: string, values: readonly unknown[]): Rows => {
    let running: DuckDBConnection | undefined;
    let cancelled = false;
    const run = async (): Promise<Record<string, CubeValue>[]> => {
      const connection = await take();
      running = connection;
      try {
        if (cancelled || closed) throw new Error('the query was cancelled');
        sent += 1;
        const reading = connection.runAndReadAll(sql, values.map(toDuckdbParameter));
        busy.set(connection, reading);
        return (await reading).convertRowObjects(toCubeValue);
      } finally {
        busy.delete(connection);
        running = undefined;
        give(connection);
      }
    };
    const cancel = async (): Promise<void> => {
      cancelled = true;
      if (running !== undefined) await interrupt(running);
    };
    return Object.assign(run(), { cancel });
  };

  return {
    dbType: 'duckdb',
    dialect: duckdbDialect(cube),
    ...cubeDriver(cube, { query, isClosed: () => closed }),
    bindsFreely: true,
    download: async (sql, values) => {
      const connection = await take();
      try {
        if (closed) throw new Error('the warehouse connections of the semantic layer are closed');
        sent += 1;
        // Whole in DuckDB's own memory, as columns; rows of JavaScript are made a chunk at a time.
        const result = await connection.run(sql, values.map(toDuckdbParameter));
        const types = result.columnTypes().map(String);
        const columns = result
          .columnNames()
          .map((name, index) => ({ name, type: types[index] ?? 'VARCHAR' }));
        return {
          columns,
          batches: givenBack(result.yieldConvertedRows(toCubeValue), () => give(connection)),
        };
      } catch (error) {
        give(connection);
        throw error;
      }
    },
    bind: (sql) => bindOn(pool, sql),
    statementsSent: () => sent,
    statementsRunning: () => busy.size,
    close: async () => {
      closed = true;
      await Promise.all([...busy.keys()].map(interrupt));
      pool.close();
    },
  };
}

async function bindOn({ take, give }: Pool, sql: string): Promise<BindProblem | undefined> {
  const connection = await take();
  try {
    (await connection.prepare(sql)).destroySync();
    return undefined;
  } catch (error) {
    return bindProblem(messageOf(error));
  } finally {
    give(connection);
  }
}

type Pool = ReturnType<typeof connectionPool>;

/** Connections in UTC, made as they are needed. */
function connectionPool(instance: DuckDBInstance) {
  const idle: DuckDBConnection[] = [];
  let closed = false;
  return {
    take: async (): Promise<DuckDBConnection> => {
      const waiting = idle.pop();
      if (waiting !== undefined) return waiting;
      const connection = await instance.connect();
      await connection.run("set TimeZone = 'UTC'");
      return connection;
    },
    give: (connection: DuckDBConnection): void => {
      if (closed) connection.closeSync();
      else idle.push(connection);
    },
    close: (): void => {
      closed = true;
      for (const connection of idle.splice(0)) connection.closeSync();
    },
  };
}

/** The connection is somebody else's once its rows are read, or nobody wants the rest of them. */
async function* givenBack<T>(batches: AsyncIterable<T>, give: () => void): AsyncGenerator<T> {
  try {
    yield* batches;
  } finally {
    give();
  }
}

function bindProblem(message: string): BindProblem {
  // DuckDB appends the statement after an empty line.
  const [text = ''] = message.split('\n\n');
  const unpublished = text.startsWith('Catalog Error: Table with name');
  return { kind: unpublished ? 'unpublished' : 'unknown column', text };
}
