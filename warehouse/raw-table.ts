import type { Capabilities } from './capabilities.ts';
import { quoteIdentifier } from './sql-text.ts';

/** The schema of the append-only tables that landed files are loaded into. */
export const rawSchema = 'raw';

/** Columns of every raw table, in order. Raw is schema-light: drift never breaks a load. */
export const rawColumns = [
  { name: 'data', type: 'json' },
  { name: '_op', type: 'text' },
  { name: '_position', type: 'text' },
  { name: '_ordinal', type: 'bigint' },
  { name: '_committed_at', type: 'timestamp' },
  { name: '_schema_id', type: 'text' },
  { name: '_unchanged', type: 'text' },
  { name: '_batch_id', type: 'text' },
  { name: '_file', type: 'text' },
  { name: '_loaded_at', type: 'timestamp' },
] as const;

type PortableType = (typeof rawColumns)[number]['type'];

const ddlTypes: Readonly<Record<Capabilities['dialect'], Readonly<Record<PortableType, string>>>> = {
  duckdb: { json: 'json', text: 'varchar', bigint: 'bigint', timestamp: 'timestamp' },
  snowflake: { json: 'variant', text: 'varchar', bigint: 'number(19, 0)', timestamp: 'timestamp_ntz(6)' },
};

/** Columns of every raw table with their types in a dialect. */
export function rawColumnTypes(
  dialect: Capabilities['dialect'],
): ReadonlyArray<{ readonly name: string; readonly type: string }> {
  return rawColumns.map(({ name, type }) => ({ name, type: ddlTypes[dialect][type] }));
}

/** Name of the raw table of one source table. */
export function rawTableName(source: string, table: string): string {
  return `${source}__${table}`;
}

/** The statement that makes the raw table of one source table, where it is not there. */
export function createRawTable(dialect: Capabilities['dialect'], source: string, table: string): string {
  const columns = rawColumnTypes(dialect).map(({ name, type }) => `${quoteIdentifier(name)} ${type}`);
  const name = `${rawSchema}.${quoteIdentifier(rawTableName(source, table))}`;
  return `create table if not exists ${name} (${columns.join(', ')})`;
}

/**
 * The statement that makes the loader's ledger, where it is not there: one row a landed file, in the transaction of its
 * rows. The transform engine makes it too, as it may look before anything was loaded.
 */
export const createLoadLedger = `create table if not exists _meta.load_ledger (file_key varchar primary key,
  batch_id varchar not null, source varchar not null, table_name varchar not null, row_count bigint not null,
  loaded_at timestamp not null)`;
