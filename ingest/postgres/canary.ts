import { captureErrors } from './errors.ts';
import type { RelationMessage, Tuple } from './pgoutput.ts';
import { quoted } from './publication.ts';
import { sourceSchema } from './relation.ts';
import type { CapturedTable } from './shop-tables.ts';
import type { SourceConnection } from './source-connection.ts';

/**
 * The canary: before each pull a row of this table is written, and a pull that has reached the end of the log must
 * have seen it. A publication that was lost and made again in between sends nothing and fails nothing; only a row that
 * should be there and is not tells. Keyed by slot, so that two platforms on one shop do not meet.
 */
export const canaryTable: CapturedTable = {
  table: 'shopwave_heartbeat',
  key: ['slot'],
  columns: ['slot', 'beat', 'beaten_at'],
};

/** The statement that makes the canary's table. */
export const canaryTableSql = `create table if not exists ${sourceSchema}.${quoted(canaryTable.table)}
  (slot text primary key, beat bigint not null, beaten_at timestamptz not null)`;

/** Writes the next beat; it is in the log, safe on disk, when this resolves. */
export async function beatCanary(source: SourceConnection, slot: string): Promise<bigint> {
  const table = `${sourceSchema}.${quoted(canaryTable.table)}`;
  const rows = await source.query<{ beat: string }>(
    `insert into ${table} as h (slot, beat, beaten_at) values ($1, 1, clock_timestamp())
     on conflict (slot) do update set beat = h.beat + 1, beaten_at = clock_timestamp() returning beat::text`,
    [slot],
  );
  const [row] = rows;
  if (row !== undefined) return BigInt(row.beat);
  throw captureErrors.error('CAPTURE_CANARY_LOST', {
    message: `a row for ${table} was not stored: a trigger or a rule of the shop took it`,
    remedy: `Keep triggers and rules off ${table}, then run \`shopwave sources postgres resync\`.`,
  });
}

/** How the stream's messages about the canary are understood. */
export const readBeat = {
  isOf: ({ schema, table }: RelationMessage): boolean =>
    schema === sourceSchema && table === canaryTable.table,
  /** The beat, when the row is ours. */
  of: (relation: RelationMessage, row: Tuple, slot: string): bigint | undefined => {
    const value = (name: string): unknown =>
      row[relation.columns.findIndex((column) => column.name === name)];
    const beat = value('beat');
    return value('slot') === slot && typeof beat === 'string' ? BigInt(beat) : undefined;
  },
};
