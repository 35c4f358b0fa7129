import type { BaseDriver } from '@cubejs-backend/base-driver';
import type { CubeModules } from './cube-modules.ts';
import type { CubeValue } from './cube-query.ts';

/** A cancellable answer: Cube calls `cancel` when a client gives up or a statement runs too long. */
export type Rows = Promise<Record<string, CubeValue>[]> & { cancel?: () => Promise<void> };

/** What a reader does for Cube. */
interface Reading {
  readonly query: (sql: string, values: readonly unknown[]) => Rows;
  readonly isClosed: () => boolean;
}

/** The driver that Cube wants to be given, and the way to end what it runs. */
export interface ReadingDriver {
  readonly driver: BaseDriver;
  /** See CubeReader.cancel. */
  readonly cancel: (requestId: string) => Promise<void>;
}

/** It reads, and it can tell how it is without asking the warehouse. */
export function cubeDriver(cube: CubeModules, { query, isClosed }: Reading): ReadingDriver {
  const running = new Map<string, Set<Rows>>();

  const known = (requestId: string, rows: Rows): Rows => {
    const own = running.get(requestId) ?? new Set();
    running.set(requestId, own.add(rows));
    const over = (): void => {
      own.delete(rows);
      if (own.size === 0) running.delete(requestId);
    };
    rows.then(over, over);
    return rows;
  };

  class Driver extends cube.BaseDriver {
    override query<R = unknown>(
      sql: string,
      values: unknown[] = [],
      options: { readonly requestId?: string } = {},
    ): Promise<R[]> {
      const rows = query(sql, values);
      const found = options.requestId === undefined ? rows : known(options.requestId, rows);
      return found as Promise<unknown> as Promise<R[]>;
    }

    // /readyz and /livez come through here every few seconds: a statement or a login each would keep a warehouse busy.
    override async testConnection(): Promise<void> {
      if (isClosed()) throw new Error('the warehouse connections of the semantic layer are closed');
    }

    override readOnly(): boolean {
      return true;
    }
  }
  return {
    driver: new Driver(),
    cancel: async (requestId) => {
      await Promise.all([...(running.get(requestId) ?? [])].map(async (rows) => rows.cancel?.()));
    },
  };
}
