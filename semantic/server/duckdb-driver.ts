import type { BaseDriver } from '@cubejs-backend/base-driver';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { systemClock } from '../../lib/clock.ts';
import type { CubeModules } from './cube-modules.ts';
import { toCubeValue, toDuckdbParameter } from './duckdb-values.ts';
import type { CubeValue } from './duckdb-values.ts';

/** How many statements of metric queries run at once; the pipeline shares the same cores. */
export const semanticConcurrency = 4;

/** Cube's way to the warehouse: reads of the one DuckDB instance that the process owns. */
export interface DuckdbReader {
  /** What Cube's server wants to be given. */
  readonly driver: BaseDriver;
  /** Checks that a statement refers to existing tables and columns; runs nothing. */
  readonly bind: (sql: string) => Promise<void>;
  /** Statements sent so far; an answer from the cache does not add to it. */
  readonly statementsSent: () => number;
  /** Interrupts what still runs, waits for it and closes the connections, not the instance. */
  readonly close: () => Promise<void>;
}

/** A cancellable answer: Cube calls `cancel` when a client gives up or a statement runs too long. */
type Answer<R> = Promise<R[]> & { cancel?: () => Promise<void> };

/**
 * Makes a driver on connections of its own, in UTC: the dialect casts between TIMESTAMP and TIMESTAMPTZ in the
 * session's zone. One statement sees one publication, since a publication is one transaction.
 */
export function createDuckdbReader(cube: CubeModules, instance: DuckDBInstance): DuckdbReader {
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
  const query = (sql: string, values: readonly unknown[]): Answer<Record<string, CubeValue>> => {
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

  class ShopwaveDuckdbDriver extends cube.BaseDriver {
    override query<R = unknown>(sql: string, values: unknown[] = []): Answer<R> {
      return query(sql, values) as Answer<R>;
    }

    // /readyz and /livez come through here every few seconds; in this process the instance is there or nothing is.
    override async testConnection(): Promise<void> {
      if (closed) throw new Error('the warehouse connections of the semantic layer are closed');
    }

    override readOnly(): boolean {
      return true;
    }
  }

  return {
    driver: new ShopwaveDuckdbDriver(),
    bind: async (sql) => {
      const connection = await take();
      try {
        (await connection.prepare(sql)).destroySync();
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
