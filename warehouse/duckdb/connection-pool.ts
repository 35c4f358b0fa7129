import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { isFatal } from './typed-error.ts';

/**
 * Connections of one instance, reused. A connection runs one statement at a time, so parallel work needs several;
 * opening one costs well below a millisecond, so the pool has no upper bound and keeps what was opened.
 */
export class ConnectionPool {
  private readonly idle: DuckDBConnection[] = [];
  private readonly instance: DuckDBInstance;
  private readonly busy = new Set<Promise<unknown>>();
  private closed = false;
  /** The fatal error of the instance. */
  private dead: unknown;

  constructor(instance: DuckDBInstance) {
    this.instance = instance;
  }

  /** Whether the instance has refused to go on, and nobody is still finding that out. */
  get isSpent(): boolean {
    return this.dead !== undefined && this.busy.size === 0;
  }

  async use<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    if (this.closed) throw new Error('the warehouse is closed');
    // At once and without being counted: statements that keep coming would keep a dead instance from being replaced.
    if (this.dead !== undefined) throw this.dead;
    const running = this.run(work);
    const settled = Promise.allSettled([running]);
    this.busy.add(settled);
    try {
      return await running;
    } finally {
      this.busy.delete(settled);
    }
  }

  /** A connection for as long as somebody reads on; closing the pool waits for that. */
  async *stream<T>(work: (connection: DuckDBConnection) => AsyncIterable<T>): AsyncGenerator<T> {
    let giveBack: (() => void) | undefined;
    let using: Promise<void> | undefined;
    const connection = await new Promise<DuckDBConnection>((resolve, reject) => {
      using = this.use((taken) => {
        resolve(taken);
        return new Promise<void>((done) => (giveBack = done));
      });
      using.catch(reject);
    });
    try {
      yield* work(connection);
    } catch (error) {
      if (isFatal(error)) this.dead ??= error;
      throw error;
    } finally {
      giveBack?.();
      await using;
    }
  }

  /** Closes at once what is idle; for an instance that is spent. */
  closeNow(): void {
    this.closed = true;
    for (const connection of this.idle.splice(0)) connection.closeSync();
    this.instance.closeSync();
  }

  /** Waits for statements under way, then closes all connections and the instance. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.busy);
    this.closeNow();
  }

  private async run<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    let connection = this.idle.pop();
    try {
      connection ??= await this.connect();
      return await work(connection);
    } catch (error) {
      if (isFatal(error)) this.dead ??= error;
      throw error;
    } finally {
      if (connection !== undefined) this.idle.push(connection);
    }
  }

  /** In UTC, as everything of ours is. */
  private async connect(): Promise<DuckDBConnection> {
    const connection = await this.instance.connect();
    try {
      await connection.run("set TimeZone = 'UTC'");
      return connection;
    } catch (error) {
      connection.closeSync();
      throw error;
    }
  }
}
