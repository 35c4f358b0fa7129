import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { ConnectionPool } from './connection-pool.ts';

/** How the database is opened. */
export interface Opening {
  readonly open: () => Promise<DuckDBInstance>;
  /** What is in memory alone is gone with the instance, and an empty one in its place would be a lie. */
  readonly isOnDisk: boolean;
}

/**
 * The database of this process. After a fatal error (a disk that was full at a checkpoint) DuckDB answers nothing any
 * more, while the file is whole: it is closed and opened again at its next use, so that nobody has to restart anything.
 * As long as statements on the old instance are under way, new ones fail with them, which is soon over.
 */
export class Database {
  private readonly how: Opening;
  private current: ConnectionPool | undefined;
  private opening: Promise<ConnectionPool> | undefined;
  private closed = false;

  private constructor(how: Opening) {
    this.how = how;
  }

  /** Opens it for the first time: what stands in the way is known at once. */
  static async create(how: Opening): Promise<Database> {
    const database = new Database(how);
    await database.openNext();
    return database;
  }

  async use<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    if (this.closed) throw new Error('the warehouse is closed');
    const pool = this.living() ?? (await this.openNext());
    return await pool.use(work);
  }

  /** Like use, for as long as somebody reads on. */
  async *stream<T>(work: (connection: DuckDBConnection) => AsyncIterable<T>): AsyncGenerator<T> {
    if (this.closed) throw new Error('the warehouse is closed');
    const pool = this.living() ?? (await this.openNext());
    yield* pool.stream(work);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.opening?.catch(() => {});
    await this.current?.close();
  }

  private living(): ConnectionPool | undefined {
    if (this.current?.isSpent === true && this.how.isOnDisk) {
      this.current.closeNow();
      this.current = undefined;
    }
    return this.current;
  }

  /** Once for all who wait for it. */
  private async openNext(): Promise<ConnectionPool> {
    this.opening ??= this.how
      .open()
      .then((instance) => (this.current = new ConnectionPool(instance)))
      .finally(() => (this.opening = undefined));
    return await this.opening;
  }
}
