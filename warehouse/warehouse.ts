import type { Capabilities } from './capabilities.ts';

/** A value a statement may be given. Wide integers are bigint; never a JS float for money. */
export type SqlValue = string | number | bigint | boolean | null;

/** A row as read: integers of any width are bigint or number, decimals and times are text. */
export type Row = Readonly<Record<string, SqlValue>>;

/** What can run statements: the warehouse itself, or an open transaction on it. Parameters are positional, `?`. */
export interface Session {
  readonly query: (sql: string, params?: readonly SqlValue[]) => Promise<Row[]>;
  /** Runs one statement; resolves to the number of rows it changed. */
  readonly execute: (sql: string, params?: readonly SqlValue[]) => Promise<number>;
}

/** One landed file to append to one raw table. */
export interface LoadFile {
  /** Archive key of a gzipped NDJSON file; see ingest/landing/raw-line.ts for the shape of a line. */
  readonly key: string;
  /** Absolute path or URL that the warehouse can read. */
  readonly location: string;
  readonly table: { readonly schema: string; readonly name: string };
  readonly batchId: string;
  readonly rows: number;
}

/** The warehouse as the platform knows it. Two twins implement it; one conformance suite runs against both. */
export interface Warehouse extends Session {
  readonly capabilities: Capabilities;
  /** Commits when `work` resolves, rolls back when it throws. DML only: Snowflake commits at any DDL. */
  readonly transaction: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
  /** Runs one statement and refuses anything that is not a read. For people's ad-hoc queries. */
  readonly queryReadOnly: (sql: string, limit: number) => Promise<Row[]>;
  /** Appends one file's lines to its raw table inside the caller's transaction; resolves to rows written. */
  readonly appendFile: (session: Session, file: LoadFile) => Promise<number>;
  readonly close: () => Promise<void>;
}
