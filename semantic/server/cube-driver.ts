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

/** The driver that Cube wants to be given: it reads, and it can tell how it is without asking the warehouse. */
export function cubeDriver(cube: CubeModules, { query, isClosed }: Reading): BaseDriver {
  class ReadingDriver extends cube.BaseDriver {
    override query<R = unknown>(sql: string, values: unknown[] = []): Promise<R[]> {
      return query(sql, values) as Promise<unknown> as Promise<R[]>;
    }

    // /readyz and /livez come through here every few seconds: a statement or a login each would keep a warehouse busy.
    override async testConnection(): Promise<void> {
      if (isClosed()) throw new Error('the warehouse connections of the semantic layer are closed');
    }

    override readOnly(): boolean {
      return true;
    }
  }
  return new ReadingDriver();
}
