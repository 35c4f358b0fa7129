import type { Capabilities } from './capabilities.ts';

/** A value a statement may be given. Wide integers are bigint; never a JS float for money. */
export type SqlValue = string | number | bigint | boolean | null;

/** A row as read: integers of any width are bigint or number, decimals and times are text. */
export type Row = Readonly<Record<string, SqlValue>>;

/** How one statement is run. */
export interface StatementOptions {
  /** Once aborted, the statement is ended at the warehouse and fails with WAREHOUSE_CANCELLED. */
  readonly signal?: AbortSignal | undefined;
  /** The most it may take, in milliseconds; beyond, it is ended at the warehouse and fails with WAREHOUSE_TIMEOUT. */
  readonly timeoutMs?: number | undefined;
}

/** What can run statements: the warehouse itself, or an open transaction on it. Parameters are positional, `?`. */
export interface Session {
  readonly query: (sql: string, params?: readonly SqlValue[], options?: StatementOptions) => Promise<Row[]>;
  /** Runs one statement; resolves to the number of rows it changed. */
  readonly execute: (
    sql: string,
    params?: readonly SqlValue[],
    options?: StatementOptions,
  ) => Promise<number>;
}

/** A landed object that is to be read by the warehouse. */
export interface LandedObject {
  /** Archive key. */
  readonly key: string;
  /** Where it lies: an absolute path of this machine, or a URL such as s3://bucket/key. */
  readonly location: string;
  /** Brings it onto this machine; for a warehouse that cannot read it where it lies. */
  readonly fetch: () => Promise<ReachedObject>;
}

/** An object where a statement can read it, until it is released. */
export interface ReachedObject {
  /** A path for this machine; otherwise whatever the warehouse's own appendFile understands. */
  readonly path: string;
  readonly release: () => Promise<void>;
}

/** One landed file to append to one raw table. */
export interface LoadFile {
  /** Archive key of a gzipped NDJSON file; see ingest/landing/raw-line.ts for the shape of a line. */
  readonly key: string;
  /** The path that `reach` has resolved to. */
  readonly location: string;
  readonly table: { readonly schema: string; readonly name: string };
  readonly batchId: string;
  readonly rows: number;
}

/** The warehouse as the platform knows it. Two twins implement it; one conformance suite runs against both. */
export interface Warehouse extends Session {
  readonly capabilities: Capabilities;
  /**
   * Commits when `work` resolves, rolls back when it throws. DML only: Snowflake commits at any DDL. `work` may run twice,
   * where the virtual warehouse was suspended in its middle: it does nothing but send statements. Where the reply to COMMIT
   * is lost for good it fails with WAREHOUSE_UNAVAILABLE, and may have committed: the caller looks.
   */
  readonly transaction: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
  /** Rows one after the other in bounded memory, however many; who stops early ends the statement. */
  readonly stream: (
    sql: string,
    params?: readonly SqlValue[],
    options?: StatementOptions,
  ) => AsyncIterable<Row>;
  /** Runs one statement and refuses anything that is not a read. For people's ad-hoc queries. */
  readonly queryReadOnly: (sql: string, limit: number, options?: StatementOptions) => Promise<Row[]>;
  /** Makes a landed object readable to statements; before the transaction, since it may take as long as an upload. */
  readonly reach: (object: LandedObject) => Promise<ReachedObject>;
  /** Appends one file's lines to its raw table inside the caller's transaction; resolves to rows written. */
  readonly appendFile: (session: Session, file: LoadFile) => Promise<number>;
  readonly close: () => Promise<void>;
}
