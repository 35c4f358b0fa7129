import { captureErrors } from './errors.ts';
import { sourceSchema } from './relation.ts';
import type { CapturedTable } from './shop-tables.ts';
import type { SourceConnection } from './source-connection.ts';
import type { TableFacts } from './source-facts.ts';

const namePattern = /^[a-z_][a-z0-9_]{0,62}$/;

/** Slot and publication names go into statements that take no parameters; PostgreSQL allows slots no other letters. */
export function checkedName(name: string): string {
  if (namePattern.test(name)) return name;
  throw captureErrors.error('CAPTURE_SOURCE_FAILED', {
    message: `"${name}" cannot name a slot or publication`,
    remedy: 'Use lower-case letters, digits and underscores.',
  });
}

/** A name as SQL identifier. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A captured table as SQL; ONLY, so that tables that inherit from it stay out of snapshot and stream alike. */
export function onlyTable(table: string): string {
  return `only ${sourceSchema}.${quoted(table)}`;
}

/** A table as a snapshot reads it: a partitioned one has its rows in its partitions. */
export function tableSql({ table, kind }: Pick<TableFacts, 'table' | 'kind'>): string {
  return kind === 'p' ? `${sourceSchema}.${quoted(table)}` : onlyTable(table);
}

function memberList(tables: readonly CapturedTable[]): string {
  return tables
    .map((each) => `${onlyTable(each.table)} (${each.columns.map(quoted).join(', ')})`)
    .join(',\n  ');
}

/**
 * The statement that publishes exactly the allow-list. Through the root when a partitioned table is on it: its rows
 * then come under its own name, wherever they lie. Partitions that are listed themselves come under their own either way.
 */
export function publicationSql(name: string, tables: readonly CapturedTable[], viaRoot: boolean): string {
  return `create publication ${quoted(name)} for table ${memberList(tables)}
  with (publish = 'insert, update, delete, truncate', publish_via_partition_root = ${viaRoot})`;
}

/** The statements that make an existing publication exactly the allow-list. Memberships that fit stay as they are. */
export function alterPublicationSql(
  name: string,
  tables: readonly CapturedTable[],
  viaRoot: boolean,
): string[] {
  return [
    `alter publication ${quoted(name)} set table ${memberList(tables)}`,
    `alter publication ${quoted(name)}
  set (publish = 'insert, update, delete, truncate', publish_via_partition_root = ${viaRoot})`,
  ];
}

/** A slot and the snapshot of the data at the very position where the slot's stream begins. */
export interface ExportedSlot {
  readonly consistentPoint: string;
  readonly snapshotName: string;
}

/**
 * Makes the slot. Waits for transactions that are open at the source; the snapshot lives as long as nothing else
 * is run on this connection.
 */
export async function createSlot(replication: SourceConnection, slot: string): Promise<ExportedSlot> {
  const rows = await replication.query<{ consistent_point: string; snapshot_name: string }>(
    `CREATE_REPLICATION_SLOT ${quoted(slot)} LOGICAL pgoutput (SNAPSHOT 'export')`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('CREATE_REPLICATION_SLOT answered nothing');
  return { consistentPoint: row.consistent_point, snapshotName: row.snapshot_name };
}

/** Drops the slot if it is there; SLOT_BUSY while somebody reads it. */
export async function dropSlot(source: SourceConnection, slot: string): Promise<void> {
  await source.query(
    'select pg_drop_replication_slot(s.slot_name) from pg_replication_slots s where s.slot_name = $1',
    [slot],
  );
}
