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
  const idle: DuckDBConnection[] = [];
  const busy = new Map<DuckDBConnection, Promise<unknown>>();
  let closed = false;
  let sent = 0;

  const take = async (): Promise<DuckDBConnection> => {
    const waiting = idle.pop();
    if (waiting !== undefined) return waiting;
    const connection = await instance.connect();
    await connection.run("set TimeZone = 'UTC'");
    return connection;
  };
  const give = (connection: DuckDBConnection): void => {
    if (closed) connection.closeSync();
    else idle.push(connection);
  };
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
    driver: cubeDriver(cube, { query, isClosed: () => closed }),
    bindsFreely: true,
    bind: async (sql) => {
      const connection = await take();
      try {
        (await connection.prepare(sql)).destroySync();
        return undefined;
      } catch (error) {
        return bindProblem(messageOf(error));
      } finally {
        give(connection);
      }
    },
    statementsSent: () => sent,
    close: async () => {
      closed = true;
      await Promise.all([...busy.keys()].map(interrupt));
      for (const connection of idle.splice(0)) connection.closeSync();
    },
  };
}

function bindProblem(message: string): BindProblem {
  // DuckDB appends the statement after an empty line.
  const [text = ''] = message.split('\n\n');
  const unpublished = text.startsWith('Catalog Error: Table with name');
  return { kind: unpublished ? 'unpublished' : 'unknown column', text };
}
