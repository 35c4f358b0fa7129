import { quoteIdentifier } from '../../warehouse/sql-text.ts';
import type { Capabilities } from '../../warehouse/capabilities.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import { rawColumns } from './raw-line.ts';

/** The schema of the append-only tables that landed files are loaded into. */
export const rawSchema = 'raw';

type PortableType = (typeof rawColumns)[number]['type'];

const ddlTypes: Readonly<Record<Capabilities['dialect'], Readonly<Record<PortableType, string>>>> = {
  duckdb: { json: 'json', text: 'varchar', bigint: 'bigint', timestamp: 'timestamp' },
  snowflake: { json: 'variant', text: 'varchar', bigint: 'number(19, 0)', timestamp: 'timestamp_ntz(6)' },
};

const metaTables = {
  load_lock: ['loads bigint not null'],
  load_ledger: [
    'file_key varchar primary key',
    'batch_id varchar not null',
    'source varchar not null',
    'table_name varchar not null',
    'row_count bigint not null',
    'loaded_at timestamp not null',
  ],
  loaded_batch: [
    'batch_id varchar primary key',
    'source varchar not null',
    'kind varchar not null',
    'from_position varchar not null',
    'to_position varchar not null',
    'to_committed_at timestamp not null',
    'row_count bigint not null',
    'loaded_at timestamp not null',
  ],
} as const;

/** Name of the raw table of one source table. */
export function rawTableName(source: string, table: string): string {
  return `${source}__${table}`;
}

/** Creates what loading needs: schema `_meta` with its ledger, schema `raw`, and one raw table per source table. */
export async function ensureLoadSchema(
  warehouse: Warehouse,
  source: string,
  tables: readonly string[],
): Promise<void> {
  await warehouse.execute('create schema if not exists _meta');
  await warehouse.execute(`create schema if not exists ${rawSchema}`);
  for (const [name, columns] of Object.entries(metaTables)) {
    await warehouse.execute(`create table if not exists _meta.${name} (${columns.join(', ')})`);
  }
  // One row. Should two processes get here at once and leave two, an update of both still excludes a rival.
  await warehouse.execute(
    'insert into _meta.load_lock (loads) select 0 where not exists (select 1 from _meta.load_lock)',
  );
  const types = ddlTypes[warehouse.capabilities.dialect];
  const columns = rawColumns.map(({ name, type }) => `${quoteIdentifier(name)} ${types[type]}`).join(', ');
  for (const table of tables) {
    const name = quoteIdentifier(rawTableName(source, table));
    await warehouse.execute(`create table if not exists ${rawSchema}.${name} (${columns})`);
  }
}
