/** What engines differ in, as data; code asks this table and never the engine's name. */
export interface Capabilities {
  readonly dialect: 'duckdb' | 'snowflake';
  /** DDL inside a transaction keeps it open (Snowflake commits at any DDL). */
  readonly transactionalDdl: boolean;
  /** Declared primary keys are enforced. */
  readonly enforcedKeys: boolean;
  /** Only one process may open the database. */
  readonly singleProcess: boolean;
  /** What every session must be set to before its first statement: the SQL that is sent counts on it. */
  readonly sessionParameters: Readonly<Record<string, string | number | boolean>>;
}

export const duckdbCapabilities: Capabilities = {
  dialect: 'duckdb',
  transactionalDdl: true,
  enforcedKeys: true,
  singleProcess: true,
  sessionParameters: { TimeZone: 'UTC' },
};

/**
 * Snowflake. Accounts and users may override any of these defaults, so that even those that are Snowflake's own are
 * named.
 */
export const snowflakeCapabilities: Capabilities = {
  dialect: 'snowflake',
  transactionalDdl: false,
  enforcedKeys: false,
  singleProcess: false,
  sessionParameters: {
    // Unquoted names are stored in upper case; "order_id" must mean the same column.
    QUOTED_IDENTIFIERS_IGNORE_CASE: true,
    // current_timestamp, and every cast between timestamps with and without a zone.
    TIMEZONE: 'UTC',
    // `timestamp` in DDL, casts and literals.
    TIMESTAMP_TYPE_MAPPING: 'TIMESTAMP_NTZ',
    // Raw values are PostgreSQL's text; the macros ask for ISO forms and leave the rest to detection.
    TIMESTAMP_INPUT_FORMAT: 'AUTO',
    DATE_INPUT_FORMAT: 'AUTO',
    TIME_INPUT_FORMAT: 'AUTO',
    // A value cast to text, as DuckDB's macros write it, too: keys are hashes of such texts (see decision 6). With three
    // digits, the default, two versions of one millisecond would be one.
    TIMESTAMP_NTZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF6',
    TIMESTAMP_TZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF6 TZHTZM',
    TIMESTAMP_LTZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF6 TZHTZM',
    DATE_OUTPUT_FORMAT: 'YYYY-MM-DD',
    TIME_OUTPUT_FORMAT: 'HH24:MI:SS.FF6',
    BINARY_OUTPUT_FORMAT: 'HEX',
    // date_trunc, datediff and last_day of weeks: they begin on Monday.
    WEEK_START: 1,
    WEEK_OF_YEAR_POLICY: 0,
    // Nulls come last in ascending order and first in descending order.
    DEFAULT_NULL_ORDERING: 'LAST',
    // A MERGE that finds two rows for one must fail, not take either.
    ERROR_ON_NONDETERMINISTIC_MERGE: true,
    // A statement that fails must not leave the rest of its transaction to be committed.
    TRANSACTION_ABORT_ON_ERROR: true,
    AUTOCOMMIT: true,
  },
};
