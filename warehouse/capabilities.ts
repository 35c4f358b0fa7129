/** What engines differ in, as data; code asks this table and never the engine's name. */
export interface Capabilities {
  readonly dialect: 'duckdb' | 'snowflake';
  /** DDL inside a transaction keeps it open (Snowflake commits at any DDL). */
  readonly transactionalDdl: boolean;
  /** Declared primary keys are enforced. */
  readonly enforcedKeys: boolean;
  /** Only one process may open the database. */
  readonly singleProcess: boolean;
}

export const duckdbCapabilities: Capabilities = {
  dialect: 'duckdb',
  transactionalDdl: true,
  enforcedKeys: true,
  singleProcess: true,
};
