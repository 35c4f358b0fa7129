import type { DuckDBConnection } from '@duckdb/node-api';

/**
 * Connections of one instance, reused. A connection runs one statement at a time, so parallel work needs several;
 * opening one costs well below a millisecond, so the pool has no upper bound and keeps what was opened.
 */
export class ConnectionPool {
  private readonly idle: DuckDBConnection[] = [];
  private readonly open: () => Promise<DuckDBConnection>;
  private readonly busy = new Set<Promise<unknown>>();
  private closed = false;

  constructor(open: () => Promise<DuckDBConnection>) {
    this.open = open;
  }

  async use<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    if (this.closed) throw new Error('the warehouse is closed');
    const connection = this.idle.pop() ?? (await this.open());
    const running = work(connection);
    const settled = Promise.allSettled([running]);
    this.busy.add(settled);
    try {
      return await running;
    } finally {
      this.busy.delete(settled);
      if (this.closed) connection.closeSync();
      else this.idle.push(connection);
    }
  }

  /** Waits for statements under way, then closes all connections. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.busy);
    for (const connection of this.idle.splice(0)) connection.closeSync();
  }
}
