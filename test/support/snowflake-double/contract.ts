/**
 * What the two halves of the double tell each other: the HTTP half (logins, requests, results on the wire) and the engine
 * (what a statement does). Names of SQL objects are as Snowflake's catalogue has them: upper case unless quoted.
 */

/** Snowflake's wire types; TEXT is any VARCHAR, FIXED any NUMBER. */
export type ColumnType =
  | 'FIXED'
  | 'REAL'
  | 'TEXT'
  | 'DATE'
  | 'TIME'
  | 'TIMESTAMP_NTZ'
  | 'TIMESTAMP_TZ'
  | 'TIMESTAMP_LTZ'
  | 'BOOLEAN'
  | 'VARIANT'
  | 'BINARY'
  | 'ARRAY'
  | 'OBJECT';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** FIXED only; 38 when not said. */
  readonly precision?: number;
  /** FIXED: digits after the point, 0 when not said. TIME and TIMESTAMP: digits of a second, 9 when not said. */
  readonly scale?: number;
  readonly nullable: boolean;
  readonly length?: number;
}

/**
 * A value in Snowflake's wire text; null is null.
 * FIXED "12.50" with all of its scale; REAL "1.5"; DATE days since 1970; TIME seconds since midnight "3600.000000000";
 * TIMESTAMP_NTZ and _LTZ seconds since 1970 "1700000000.123456000"; TIMESTAMP_TZ the same, a blank, and minutes of offset
 * plus 1440, "1700000000.123456000 1440" for UTC; BOOLEAN '1' or '0'; VARIANT, ARRAY, OBJECT JSON text; BINARY hex digits.
 */
export type WireValue = string | null;

/** A bind variable as the driver sends it: everything is text. An array bind has one value for each row. */
export interface Bind {
  readonly type: 'FIXED' | 'REAL' | 'TEXT' | 'BOOLEAN' | 'VARIANT' | 'DATE' | 'TIME' | 'TIMESTAMP_NTZ';
  readonly value: WireValue | readonly WireValue[];
}

/** What a statement was, as far as Snowflake's statementTypeId tells them apart. */
export type StatementType =
  | 'SELECT'
  | 'INSERT'
  | 'UPDATE'
  | 'DELETE'
  | 'MERGE'
  | 'MULTI_TABLE_INSERT'
  | 'COPY'
  | 'EXPLAIN'
  | 'SHOW'
  | 'DESCRIBE'
  | 'LIST'
  | 'BEGIN'
  | 'COMMIT'
  | 'ROLLBACK'
  | 'USE'
  | 'SET'
  | 'ALTER_SESSION'
  | 'CREATE'
  | 'ALTER'
  | 'DROP'
  | 'TRUNCATE'
  | 'GRANT'
  | 'CALL'
  | 'REMOVE'
  | 'OTHER';

export type Outcome =
  /** Rows in batches of any size. The HTTP half reads them all, or ends the iteration early; the session is busy until then. */
  | {
      readonly kind: 'rows';
      readonly statementType: StatementType;
      readonly columns: readonly Column[];
      readonly rows: AsyncIterable<readonly (readonly WireValue[])[]>;
    }
  /** One row of counts as Snowflake answers DML ("number of rows inserted", ...); COPY: one row for each file. */
  | {
      readonly kind: 'dml';
      readonly statementType: 'INSERT' | 'UPDATE' | 'DELETE' | 'MERGE' | 'MULTI_TABLE_INSERT' | 'COPY';
      readonly columns: readonly Column[];
      readonly rows: readonly (readonly WireValue[])[];
      /** What the driver reports as rows changed, when it is not the sum of the counts (COPY: rows_loaded). */
      readonly changed?: number;
    }
  /** DDL, BEGIN, COMMIT, ALTER SESSION, ...: one row, one column STATUS. */
  | { readonly kind: 'done'; readonly statementType: StatementType; readonly message: string }
  /** The client itself copies the files: `sources` are its own paths as it wrote them, without file://, wildcards kept. */
  | {
      readonly kind: 'put';
      readonly sources: readonly string[];
      /** Folder of this machine that holds the stage's path; it exists. */
      readonly targetFolder: string;
      readonly autoCompress: boolean;
      readonly sourceCompression: 'auto_detect' | 'none' | 'gzip' | 'zstd' | 'parquet';
      readonly overwrite: boolean;
      readonly parallel: number;
    };

/**
 * A statement or a login that Snowflake refuses: 001003 42000 syntax, 002003 42S02 object does not exist or not
 * authorized, 000606 57P03 no active warehouse, 000604 57014 cancelled, 000630 57014 timeout, 000625 57014 transaction
 * aborted or lock timeout, 090073 resource monitor, ... Answered with HTTP 200 and success false.
 */
export class SqlRefused extends Error {
  override readonly name = 'SqlRefused';
  /** Six digits. */
  readonly code: string;
  readonly sqlState: string;

  constructor(code: string, sqlState: string, message: string) {
    super(message);
    this.code = code;
    this.sqlState = sqlState;
  }
}

export interface StatementRun {
  /** One statement, without its semicolon; comments are still in it. */
  readonly sql: string;
  readonly binds: readonly Bind[];
  readonly queryId: string;
  /** QUERY_TAG in force: of the request, else of the session. */
  readonly tag: string;
  /**
   * Aborted when the statement is cancelled, takes too long, or its session is gone. The reason is the SqlRefused that the
   * client is told; the engine stops its work, undoes it, and fails with that reason.
   */
  readonly signal: AbortSignal;
}

/** Where a session stands: USE and CREATE move it; null is none. */
export interface SessionContext {
  readonly role: string | null;
  readonly warehouse: string | null;
  readonly database: string | null;
  readonly schema: string | null;
}

export interface EngineSession {
  /** Calls may overlap; the engine runs a session's statements one after the other, in the order of the calls. */
  run(statement: StatementRun): Promise<Outcome>;
  readonly context: SessionContext;
  /** Upper-case name to value as text ("true", "3600"): what was given at login and set by ALTER SESSION. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Rolls back what is open. */
  end(): Promise<void>;
}

export interface Login {
  readonly user: string;
  readonly role?: string;
  readonly warehouse?: string;
  readonly database?: string;
  readonly schema?: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Raw access for tests: the same data, past all of Snowflake's rules. */
export interface EngineAdmin {
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

export interface Engine {
  open(login: Login): Promise<EngineSession>;
  readonly admin: EngineAdmin;
  close(): Promise<void>;
}

/**
 * `engine/open.ts` exports `openEngine: OpenEngine`. The folder is empty and the double's own: stages, databases and
 * spilled files go there, and it is removed after close().
 */
export type OpenEngine = (options: EngineOptions) => Promise<Engine>;

export interface EngineOptions {
  readonly folder: string;
  /** Who may log in; whatever else is granted the engine decides. */
  readonly users: readonly string[];
  /** The account's clock, in milliseconds since 1970; the machine's when not given. */
  readonly now?: () => number;
  /** Where an external stage's s3:// URLs really lie, by bucket: a folder or an endpoint. */
  readonly buckets?: Readonly<Record<string, string>>;
}
