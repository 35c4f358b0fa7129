import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBMaterializedResult, DuckDBPreparedStatement, DuckDBResultReader } from '@duckdb/node-api';
import type { Database } from './database.ts';

type Run = Parameters<DuckDBConnection['run']>;

/** These two have nothing of DuckDB's own beneath them: what is not overridden here is refused as invalid. */
const nothing = Object.freeze({});
const noInstance = nothing as ConstructorParameters<typeof DuckDBInstance>[0];
const noConnection = nothing as ConstructorParameters<typeof DuckDBConnection>[0];

/**
 * The database as an instance, for readers that want DuckDB's own interface (the semantic layer). Its connections
 * outlive a reopening of the database, since each statement runs on whatever connection is alive.
 */
export class ReaderInstance extends DuckDBInstance {
  private readonly database: Database;

  constructor(database: Database) {
    super(noInstance);
    this.database = database;
  }

  override async connect(): Promise<DuckDBConnection> {
    return await Promise.resolve(new ReaderConnection(this.database));
  }

  /** The database is closed by who opened it. */
  override closeSync(): void {}
}

class ReaderConnection extends DuckDBConnection {
  private readonly database: Database;
  private readonly running = new Set<DuckDBConnection>();

  constructor(database: Database) {
    super(noConnection);
    this.database = database;
  }

  override run(...statement: Run): Promise<DuckDBMaterializedResult> {
    return this.on((connection) => connection.run(...statement));
  }

  override runAndReadAll(...statement: Run): Promise<DuckDBResultReader> {
    return this.on((connection) => connection.runAndReadAll(...statement));
  }

  override prepare(sql: string): Promise<DuckDBPreparedStatement> {
    return this.on((connection) => connection.prepare(sql));
  }

  override interrupt(): void {
    for (const connection of this.running) connection.interrupt();
  }

  override disconnectSync(): void {}

  private on<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    return this.database.use(async (connection) => {
      this.running.add(connection);
      try {
        return await work(connection);
      } finally {
        this.running.delete(connection);
      }
    });
  }
}
