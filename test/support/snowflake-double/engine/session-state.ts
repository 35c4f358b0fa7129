import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, Login } from '../contract.ts';
import { SessionParameters } from './parameters.ts';
import { Scan } from './scan.ts';
import type { Transaction } from './transaction.ts';

/** One session: where it stands, what it has set, and its transaction. */
export class SessionState {
  readonly id: string;
  readonly user: string;
  readonly connection: DuckDBConnection;
  readonly parameters = new SessionParameters();
  role: string | null;
  warehouse: string | null;
  database: string | null;
  schema: string | null;
  transaction: Transaction | undefined;
  /** Columns of the last results, by query id, for DESCRIBE RESULT. */
  readonly results = new Map<string, readonly Column[]>();
  lastQueryId = '';

  constructor(id: string, login: Login, connection: DuckDBConnection) {
    this.id = id;
    this.user = login.user;
    this.connection = connection;
    this.role = login.role ?? null;
    this.warehouse = login.warehouse ?? null;
    this.database = login.database ?? null;
    this.schema = login.schema ?? null;
  }

  scan(sql: string): Scan {
    return new Scan(sql, this.parameters.is('QUOTED_IDENTIFIERS_IGNORE_CASE'));
  }
}
