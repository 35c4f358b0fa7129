import { createLoadLedger, createRawTable, rawSchema, rawTableName } from '../../warehouse/raw-table.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import { batchTurn, ensureTurns } from './turns.ts';

const loadedBatch = [
  'batch_id varchar primary key',
  'source varchar not null',
  'kind varchar not null',
  'from_position varchar not null',
  'to_position varchar not null',
  'to_committed_at timestamp not null',
  'row_count bigint not null',
  'loaded_at timestamp not null',
  // Null in rows of versions before it.
  'manifest_sha256 varchar',
];

/** Creates what loading needs: schema `_meta` with its ledger, schema `raw`, and one raw table per source table. */
export async function ensureLoadSchema(
  warehouse: Warehouse,
  source: string,
  tables: readonly string[],
): Promise<void> {
  await warehouse.execute('create schema if not exists _meta');
  await warehouse.execute(`create schema if not exists ${rawSchema}`);
  await warehouse.execute(createLoadLedger);
  await warehouse.execute(`create table if not exists _meta.loaded_batch (${loadedBatch.join(', ')})`);
  await addManifestSha256(warehouse);
  const { dialect } = warehouse.capabilities;
  for (const table of tables) await warehouse.execute(createRawTable(dialect, source, table));
  await ensureTurns(warehouse, [batchTurn, ...tables.map((table) => rawTableName(source, table))]);
}

/** To a table of a version before it. Asked first: altering takes its owner, who may be another role. */
async function addManifestSha256(warehouse: Warehouse): Promise<void> {
  const there = await warehouse.query(
    `select column_name from information_schema.columns where lower(table_schema) = '_meta'
       and lower(table_name) = 'loaded_batch' and lower(column_name) = 'manifest_sha256'`,
  );
  if (there.length > 0) return;
  await warehouse.execute('alter table _meta.loaded_batch add column if not exists manifest_sha256 varchar');
}
