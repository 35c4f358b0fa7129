import type { Session, Warehouse } from '../../warehouse/warehouse.ts';

/**
 * Rows that retention has taken out of raw, by business key: of which row they were versions, and which landed file holds
 * how many of them. An entry goes when its rows are back.
 */
const retiredKey = [
  'entity varchar not null',
  'key varchar not null',
  'source varchar not null',
  'table_name varchar not null',
  'row_key varchar not null',
  'file_key varchar not null',
  'row_count bigint not null',
  'retired_at timestamp not null',
];

/** Batches that were looked at for rows of retired keys. No key is retired of which one that was not has rows. */
const settledBatch = ['batch_id varchar not null'];

/** Where this process has made sure of the tables: every run asks for them. */
const ensured = new WeakSet<Warehouse>();

/** Creates what retention remembers. */
export async function ensureRetentionSchema(warehouse: Warehouse): Promise<void> {
  if (ensured.has(warehouse)) return;
  await warehouse.execute('create schema if not exists _meta');
  await warehouse.execute(`create table if not exists _meta.retired_key (${retiredKey.join(', ')})`);
  await warehouse.execute(`create table if not exists _meta.settled_batch (${settledBatch.join(', ')})`);
  ensured.add(warehouse);
}

/** One entry. */
export interface RetiredRows {
  readonly key: string;
  readonly table: string;
  readonly rowKey: string;
  readonly fileKey: string;
  readonly rows: number;
}

/** What is retired of some business keys. */
export async function readRetired(
  session: Session,
  entity: string,
  keys: readonly string[],
): Promise<RetiredRows[]> {
  if (keys.length === 0) return [];
  const rows = await session.query(
    `select key, table_name, row_key, file_key, row_count from _meta.retired_key
     where entity = ? and key in (${keys.map(() => '?').join(', ')})
     order by file_key, row_key`,
    [entity, ...keys],
  );
  return rows.map((row) => ({
    key: String(row['key']),
    table: String(row['table_name']),
    rowKey: String(row['row_key']),
    fileKey: String(row['file_key']),
    rows: Number(row['row_count']),
  }));
}
