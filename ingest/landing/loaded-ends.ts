import type { Knex } from 'knex';
import type { Session } from '../../warehouse/warehouse.ts';
import { ingestSchema } from './control-schema.ts';
import { landingErrors } from './errors.ts';

/** A batch as the warehouse names it. */
export interface LoadedBatch {
  readonly chain: string;
  readonly batchId: string;
  readonly fromPosition: string;
  readonly toPosition: string;
  /** Null where a version before this one has loaded it. */
  readonly manifestSha256: string | null;
}

/** The last loaded batch of every chain that the warehouse was filled from. */
export async function readLoadedEnds(session: Session): Promise<LoadedBatch[]> {
  const rows = await session.query(
    `select b.source, b.batch_id, b.from_position, b.to_position, b.manifest_sha256
     from _meta.loaded_batch as b
     join (select source, max(to_position) as position from _meta.loaded_batch group by source) as l
       on l.source = b.source and l.position = b.to_position`,
  );
  return rows.map((row) => ({
    chain: String(row['source']),
    batchId: String(row['batch_id']),
    fromPosition: String(row['from_position']),
    toPosition: String(row['to_position']),
    manifestSha256: textOrNull(row['manifest_sha256']),
  }));
}

/**
 * Refuses a warehouse that another archive has filled, in whole or in part: batches are named and positions counted alike
 * in all of them, so that the other's would pass for loaded ones of ours. Only a manifest's checksum is nobody else's. The
 * control store is asked after the warehouse: it has each batch before the warehouse can have it.
 */
export async function mustBeOurs(control: Knex, ends: readonly LoadedBatch[]): Promise<void> {
  if (ends.length === 0) return;
  const rows: Array<Record<'source' | 'batch_id' | 'from_position' | 'to_position' | 'sha256', string>> =
    await control
      .withSchema(ingestSchema)
      .from('manifest')
      .select('source', 'batch_id', 'from_position', 'to_position', 'sha256')
      .whereIn(
        ['source', 'from_position'],
        ends.map(({ chain, fromPosition }) => [chain, fromPosition]),
      );
  for (const end of ends) {
    const ours = rows.find((row) => row.source === end.chain && row.from_position === end.fromPosition);
    if (ours === undefined) throw foreignWarehouse(end, 'this control store has none that begins there');
    const isSame = ours.batch_id === end.batchId && ours.to_position === end.toPosition;
    if (!isSame) throw foreignWarehouse(end, `this control store has ${ours.batch_id} there`);
    mustBeManifest(end, ours.sha256);
  }
}

/** That a loaded batch is the one whose manifest has this checksum. */
export function mustBeManifest(loaded: LoadedBatch, sha256: string): void {
  if (loaded.manifestSha256 === null || loaded.manifestSha256 === sha256) return;
  throw foreignWarehouse(loaded, 'this archive has another batch of that name');
}

export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function foreignWarehouse({ chain, batchId, fromPosition, toPosition }: LoadedBatch, why: string): Error {
  return landingErrors.error('LOAD_WAREHOUSE_FOREIGN', {
    message: `the warehouse holds ${batchId} of ${chain} from ${fromPosition} to ${toPosition}; ${why}`,
  });
}
